"""Exchange as a Django application."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Telling other systems what happened: the one room that speaks to the outside world by HTTP."""

    name = "huhang.base.exchange"
    label = "exchange"
