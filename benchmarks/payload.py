"""What is uploaded: one random block, repeated, so that sending costs the client no disk."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

MIB = 1024 * 1024
BLOCK = os.urandom(MIB)


@dataclass(frozen=True)
class Payload:
    mib: int

    @property
    def size(self) -> int:
        return self.mib * MIB

    def blocks(self) -> Iterator[bytes]:
        for _ in range(self.mib):
            yield BLOCK

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for block in self.blocks():
            digest.update(block)
        return digest.hexdigest()
