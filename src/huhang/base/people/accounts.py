"""How allauth is fitted in: nobody signs up by themselves, and second-factor secrets are sealed at rest."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from huhang.base.keyring import keys
from huhang.base.vault import actions as vault
from huhang.base.vault import rules

PURPOSE = "people.second_factor"


class ClosedAccounts(DefaultAccountAdapter):
    """Accounts are made by the security administrator only."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        """A password somebody chose for himself: the one he was given need not be changed any more."""
        user.must_change_password = False
        super().set_password(user, password)


class SealedSecrets(DefaultMFAAdapter):
    """Second-factor secrets are sealed; they are keys of ours, not data of a person, so no reading is journalled."""

    def encrypt(self, text: str) -> str:
        return vault.seal(text, PURPOSE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return rules.unseal(bytes.fromhex(encrypted_text), PURPOSE, keys.ring("seal"))
