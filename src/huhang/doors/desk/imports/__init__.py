"""Tables of requests brought in at the desk: upload, look through, decide, watch, read the result."""
