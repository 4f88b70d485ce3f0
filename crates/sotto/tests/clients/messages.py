"""Do sotto and the AWS Encryption SDK for Python read each other's messages, in all eleven suites?

Arguments: the program, a directory for files. Raw AES and raw RSA keys (PKCS#1 v1.5, OAEP), contexts beyond ASCII,
lengths around a frame's end, frames and bodies in one piece, and Amazon Connect's message.
"""

import base64
import os
import subprocess
import sys

import aws_encryption_sdk
from aws_encryption_sdk import CommitmentPolicy
from aws_encryption_sdk.identifiers import AlgorithmSuite, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

SOTTO, FOLDER = sys.argv[1], sys.argv[2]
CONTEXT = {"purpose": "test", "\uff5e": "above", "\U0001f600": "beyond", "empty": ""}
NUMBERS = (0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378, 0x0478, 0x0578)
LENGTHS = [0, 1, 4095, 4096, 4097, 10000]
PADDINGS = {
    "pkcs1": WrappingAlgorithm.RSA_PKCS1,
    "oaep-sha1": WrappingAlgorithm.RSA_OAEP_SHA1_MGF1,
    "oaep-sha256": WrappingAlgorithm.RSA_OAEP_SHA256_MGF1,
    "oaep-sha384": WrappingAlgorithm.RSA_OAEP_SHA384_MGF1,
    "oaep-sha512": WrappingAlgorithm.RSA_OAEP_SHA512_MGF1,
}


def provider(wrapping_key, name, namespace="tests"):
    """A provider of one wrapping key under a name."""
    members = {"provider_id": namespace, "_get_raw_key": lambda self, key_id: wrapping_key}
    found = type("Provider", (RawMasterKeyProvider,), members)()
    found.add_master_key(name)
    return found


def sotto(*args, stdin=b""):
    run = subprocess.run([SOTTO, *args], input=stdin, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


def path(name):
    return os.path.join(FOLDER, name)


def client(suite):
    committing = suite.algorithm_id in (0x0478, 0x0578)
    policy = (
        CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
        if committing
        else CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
    )
    options = [] if committing else ["--commitment-policy", "forbid-encrypt-allow-decrypt"]
    return aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy), options


def both_ways(suite, keys, to_encrypt, to_decrypt, length, frame):
    plain = (b"canary 4111111111111111 " * (length // 24 + 1))[:length]
    sdk, options = client(suite)
    pairs = [part for key, value in CONTEXT.items() for part in ("-c", f"{key}={value}")]
    written, _ = sdk.encrypt(
        source=plain, key_provider=keys, algorithm=suite, encryption_context=CONTEXT, frame_length=frame
    )
    assert sotto("decrypt", *to_decrypt, *pairs, *options, stdin=written) == plain, (suite, length, frame)
    number = f"{suite.algorithm_id:04x}"
    frames = ["--frame-bytes", str(frame)] if frame else []
    ours = sotto("encrypt", *to_encrypt, *pairs, *options, *frames, "--suite", number, stdin=plain)
    opened, header = sdk.decrypt(source=ours, key_provider=keys)
    assert opened == plain, (suite, length)
    assert all(header.encryption_context[key] == value for key, value in CONTEXT.items())
    return 2


def main():
    count = 0
    secret = os.urandom(32)
    with open(os.open(path("aes.key"), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(secret)
    aes = WrappingKey(WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING, secret, EncryptionKeyType.SYMMETRIC)
    raw = ["--raw-key", f"tests/aes={path('aes.key')}"]
    suites = [suite for suite in AlgorithmSuite if suite.algorithm_id in NUMBERS]
    assert len(suites) == 11, suites
    for suite in suites:
        for length in LENGTHS:
            count += both_ways(suite, provider(aes, "aes"), raw, raw, length, 4096)
        count += both_ways(suite, provider(aes, "aes"), raw, raw, 1000, 128)
        count += both_ways(suite, provider(aes, "aes"), raw, raw, 100, 0)
    count += rsa(suites)
    count += connect()
    print(f"{count} messages")


def key_pair(bits):
    folder = path(f"keys{bits}")
    key_id = sotto("keys", "caller-input", "make", "--dir", folder, "--bits", bits).decode().strip()
    read = lambda name: open(os.path.join(folder, key_id + name), "rb").read()
    files = [os.path.join(folder, key_id + name) for name in (".public.pem", ".cert.pem", ".private.pem")]
    return key_id, read(".public.pem"), read(".private.pem"), files


def rsa(suites):
    _, public, private, (public_file, _, private_file) = key_pair("2048")
    count = 0
    for at, suite in enumerate(suites):
        name = list(PADDINGS)[at % len(PADDINGS)]
        padding = PADDINGS[name]
        opening = WrappingKey(padding, private, EncryptionKeyType.PRIVATE)
        sealing = WrappingKey(padding, public, EncryptionKeyType.PUBLIC)
        sdk, options = client(suite)
        plain = b"canary" * 1000
        written, _ = sdk.encrypt(source=plain, key_provider=provider(sealing, "rsa"), algorithm=suite)
        options += ["--padding", name]
        assert sotto("decrypt", "--private-key", f"tests/rsa={private_file}", *options, stdin=written) == plain
        number = f"{suite.algorithm_id:04x}"
        ours = sotto(
            "encrypt", "--public-key", f"tests/rsa={public_file}", *options, "--suite", number, stdin=plain
        )
        assert sdk.decrypt(source=ours, key_provider=provider(opening, "rsa"))[0] == plain
        count += 2
    return count


def connect():
    """As handlers in the field open stored customer input."""
    key_id, public, private, (_, certificate, private_file) = key_pair("4096")
    number = b"4111111111111111"
    padding = WrappingAlgorithm.RSA_OAEP_SHA512_MGF1
    ours = sotto("encrypt", "--connect", "--public-key", certificate, "--key-id", key_id, stdin=number)
    sdk = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
    opening = provider(WrappingKey(padding, private, EncryptionKeyType.PRIVATE), key_id, "AmazonConnect")
    sealing = provider(WrappingKey(padding, public, EncryptionKeyType.PUBLIC), key_id, "AmazonConnect")
    assert sdk.decrypt(source=base64.b64decode(ours), key_provider=opening)[0] == number
    strict = aws_encryption_sdk.EncryptionSDKClient()
    try:
        strict.decrypt(source=base64.b64decode(ours), key_provider=opening)
        raise AssertionError("the default policy refuses suite 0378")
    except aws_encryption_sdk.exceptions.ActionNotAllowedError:
        pass
    theirs, _ = sdk.encrypt(
        source=number,
        key_provider=sealing,
        algorithm=AlgorithmSuite.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384,
    )
    assert sotto("decrypt", "--connect", "--private-key", private_file, stdin=base64.b64encode(theirs)) == number
    return 2


main()
