"""Custom key stores: does a key of one stay in its device, as boto3 sees it?

Usage: key_stores.py ENDPOINT PIN make | use KEY BLOB | away KEY BLOB. Prints what `use` needs; the exit status is 1 where the
server does not do as the KMS Developer Guide, "AWS CloudHSM key stores", says. Values are invented.
"""

import base64, sys, time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, PIN, STEP = sys.argv[1:4]
CLUSTER = "cluster-2a23b4cdefg"
CANARY = b"canary 4111111111111111"
kms = boto3.client(
    "kms", endpoint_url=ENDPOINT, region_name="eu-central-1", config=Config(retries={"total_max_attempts": 1})
)


def refused(code, call, **members):
    try:
        call(**members)
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found in code, (found, error.response["Error"])
        return
    sys.exit(f"not refused: {code}")


def opens(key, blob):
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == CANARY and opened["KeyId"].endswith(key)


def make():
    new = dict(CloudHsmClusterId=CLUSTER, TrustAnchorCertificate="canary")
    store = kms.create_custom_key_store(CustomKeyStoreName="token", KeyStorePassword=PIN, **new)["CustomKeyStoreId"]
    wanted = dict(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store)
    refused("CustomKeyStoreInvalidStateException", kms.create_key, **wanted)
    kms.connect_custom_key_store(CustomKeyStoreId=store)
    state = kms.describe_custom_key_stores(CustomKeyStoreId=store)["CustomKeyStores"][0]
    assert state["ConnectionState"] == "CONNECTED" and state["CloudHsmClusterId"] == CLUSTER
    made = kms.create_key(**wanted)["KeyMetadata"]
    assert made["Origin"] == "AWS_CLOUDHSM" and made["CloudHsmClusterId"] == CLUSTER
    key = made["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=CANARY, EncryptionContext={"a": "b"})["CiphertextBlob"]
    assert CANARY not in blob
    opens(key, blob)
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=blob, EncryptionContext={"a": "c"})
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=blob[:-1] + bytes([blob[-1] ^ 1]),
            EncryptionContext={"a": "b"})
    data = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"] == data["Plaintext"]
    refused("UnsupportedOperationException", kms.enable_key_rotation, KeyId=key)
    kms.disconnect_custom_key_store(CustomKeyStoreId=store)
    refused(("KMSInvalidStateException", "CustomKeyStoreInvalidStateException"), kms.decrypt, CiphertextBlob=blob,
            EncryptionContext={"a": "b"})
    kms.connect_custom_key_store(CustomKeyStoreId=store)
    opens(key, blob)
    print(key, base64.b64encode(blob).decode())


if STEP == "make":
    make()
elif STEP == "use":
    # A module is begun anew at most twice a second: whoever goes on asking has a token that came back.
    for _ in range(40):
        try:
            opens(sys.argv[4], base64.b64decode(sys.argv[5]))
            break
        except ClientError as error:
            assert error.response["Error"]["Code"] == "KeyUnavailableException", error
            time.sleep(0.25)
    else:
        opens(sys.argv[4], base64.b64decode(sys.argv[5]))
else:
    refused(("KMSInvalidStateException", "KeyUnavailableException"), kms.decrypt,
            CiphertextBlob=base64.b64decode(sys.argv[5]), EncryptionContext={"a": "b"})
    assert kms.list_keys()["Keys"], "everything else is answered"
