"""A security key made of software: real ES256 signatures over what the browser would have been asked."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

_HERE = hashlib.sha256(b"testserver").digest()
_PRESENT, _VERIFIED, _NEW = 0x01, 0x04, 0x40


class SoftKey:
    """One credential, for this site alone."""

    def __init__(self, name: bytes = b"soft-key-0000001") -> None:
        self.id, self.private, self.used = name, ec.generate_private_key(ec.SECP256R1()), 0

    def _said(self, what: str, challenge: str) -> bytes:
        return json.dumps({"type": what, "challenge": challenge, "origin": "https://testserver"}).encode()

    def _told(self, flags: int) -> bytes:
        self.used += 1
        return _HERE + bytes([flags]) + self.used.to_bytes(4, "big")

    def _answer(self, said: bytes, **more: bytes) -> str:
        named: dict[str, Any] = {name: websafe_encode(value) for name, value in more.items()}
        response = {"clientDataJSON": websafe_encode(said), **named}
        whole = {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key"}
        return json.dumps({**whole, "response": response, "clientExtensionResults": {}})

    def registers(self, challenge: str) -> str:
        """What the browser posts when the key is added."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        held = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        told = self._told(_PRESENT | _VERIFIED | _NEW) + held
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": told})
        return self._answer(self._said("webauthn.create", challenge), attestationObject=attested)

    def signs(self, challenge: str, holder: bytes) -> str:
        """What the browser posts when the key is shown."""
        said, told = self._said("webauthn.get", challenge), self._told(_PRESENT | _VERIFIED)
        signed = self.private.sign(told + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(said, authenticatorData=told, signature=signed, userHandle=holder)
