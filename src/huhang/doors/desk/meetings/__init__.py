"""Joint meetings: what is coming, what was decided, and convening one."""
