"""A city whose officers have posts now, because the API asks the clock itself."""

import pytest

from tests.factories.city import City, make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city()
