"""Police posts at the desk (B4): the list, what is proposed, one post, and its month."""
