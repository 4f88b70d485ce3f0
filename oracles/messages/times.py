"""Times of the AWS Encryption SDK for Python, in the form that sotto-messages-oracle prints."""

import os
import time

import aws_encryption_sdk
from aws_encryption_sdk.identifiers import AlgorithmSuite, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

WRAPPING = WrappingKey(
    WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING, os.urandom(32), EncryptionKeyType.SYMMETRIC
)
MEMBERS = {"provider_id": "oracle", "_get_raw_key": lambda self, key_id: WRAPPING}
PROVIDER = type("Provider", (RawMasterKeyProvider,), MEMBERS)()
PROVIDER.add_master_key("key")
SUITES = {
    "0478": AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    "0578": AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
}


def least(count, call):
    call()
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(count):
            call()
        best = min(best, (time.process_time() - begun) / count * 1e6)
    return best


def main():
    sdk = aws_encryption_sdk.EncryptionSDKClient()
    for size, count in ((16, 100), (4096, 100), (10_000_000, 2)):
        plain = bytes(size)
        for number, suite in SUITES.items():
            arguments = {"key_provider": PROVIDER, "encryption_context": {"purpose": "oracle"}}
            write = lambda: sdk.encrypt(source=plain, algorithm=suite, **arguments)[0]
            message = write()
            encrypt = least(count, write)
            decrypt = least(count, lambda: sdk.decrypt(source=message, key_provider=PROVIDER))
            print(f"python\t{number}\t{size}\t{encrypt:.2f}\t{decrypt:.2f}")


main()
