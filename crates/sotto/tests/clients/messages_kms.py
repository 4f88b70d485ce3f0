"""Are keys of sotto's KMS keys of messages? The Python SDK and the command open each other's, under policies of keys.

Arguments: the program, the endpoint. Two keys wrap each data key; either opens; a disabled one does not.
"""

import subprocess
import sys

import aws_encryption_sdk
import boto3
from aws_encryption_sdk.key_providers.kms import DiscoveryAwsKmsMasterKeyProvider, DiscoveryFilter
from aws_encryption_sdk.key_providers.kms import StrictAwsKmsMasterKeyProvider

SOTTO, ENDPOINT = sys.argv[1], sys.argv[2]
PLAIN = b"canary 4111111111111111"


def run(*args, stdin):
    return subprocess.run([SOTTO, *args, "--endpoint-url", ENDPOINT], input=stdin, capture_output=True, check=False)


def sotto(*args, stdin):
    done = run(*args, stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def main():
    kms = boto3.client("kms", endpoint_url=ENDPOINT)
    first, second = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    kms.create_alias(AliasName="alias/messages", TargetKeyId=first)
    account = first.split(":")[4]
    sdk = aws_encryption_sdk.EncryptionSDKClient()
    context = {"purpose": "test"}

    strict = StrictAwsKmsMasterKeyProvider(key_ids=[first, second])
    theirs, _ = sdk.encrypt(source=PLAIN, key_provider=strict, encryption_context=context)
    for options in (["--key", first], ["--key", second], ["--key", "alias/messages"], ["--discovery", account]):
        assert sotto("decrypt", *options, "-c", "purpose=test", stdin=theirs) == PLAIN, options
    refused = run("decrypt", "--discovery", "111122223333", stdin=theirs)
    assert refused.returncode == 3 and not refused.stdout

    ours = sotto("encrypt", "--key", "alias/messages", "--key", second, "-c", "purpose=test", stdin=PLAIN)
    for provider in (
        StrictAwsKmsMasterKeyProvider(key_ids=[second]),
        DiscoveryAwsKmsMasterKeyProvider(
            discovery_filter=DiscoveryFilter(partition="aws", account_ids=[account])
        ),
    ):
        opened, header = sdk.decrypt(source=ours, key_provider=provider)
        assert opened == PLAIN and header.encryption_context["purpose"] == "test"

    kms.disable_key(KeyId=first)
    refused = run("decrypt", "--key", first, stdin=ours)
    assert refused.returncode == 3 and b"DisabledException" in refused.stderr, refused.stderr
    assert sotto("decrypt", "--key", second, stdin=ours) == PLAIN
    refused = run("encrypt", "--key", "alias/messages", stdin=PLAIN)
    assert refused.returncode == 3 and b"DisabledException" in refused.stderr and not refused.stdout
    print("9 messages")


main()
