"""Lists of cases: inbox, ledger, saved views, bulk moves, exports."""
