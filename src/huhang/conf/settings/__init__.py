"""Settings by subject; the environment decides, the defaults suit one machine with the embedded database."""

from huhang.conf.settings.core import *
from huhang.conf.settings.database import *
from huhang.conf.settings.security import *
from huhang.conf.settings.web import *
