"""GB/T 2260 area codes, as far as a warning needs them: codes were re-drawn, and old ones stay valid for life."""

import re

PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""First two digits in use."""
