"""The command line: one command, `huhang`, for whoever runs the product."""
