"""The product walked through in a browser, as each of the people it is made for."""
