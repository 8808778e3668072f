"""Facts and arithmetic: plain Python, no Django, `now` is always an argument."""
