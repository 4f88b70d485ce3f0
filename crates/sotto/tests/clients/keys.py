"""Keys: does the server do what the KMS API Reference and Developer Guide say, as boto3 sees it?

Usage: keys.py ENDPOINT. Prints what is not as AWS documents it; the exit status is 1 then. Values are invented. What a key
signs is checked with openssl and with Python's cryptography, which share nothing with the server.
"""

import datetime, hashlib, json, os, subprocess, sys, tempfile, uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

ENDPOINT = sys.argv[1]
REGION = "eu-central-1"
ELSEWHERE = "us-west-2"
CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
bad = done = 0


def client(service, credentials=None, region=REGION):
    given = {}
    if credentials:
        given = dict(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
        )
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=region, config=CONFIG, **given)


def check(name, ok, info=""):
    global bad, done
    done += 1
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def refused(name, wanted, call, words="", **members):
    """That a call is refused with this code, and with these words in its message."""
    try:
        answer = call(**members)
        check(name, False, f"was answered: {sorted(answer)}")
    except ClientError as error:
        code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        check(name, code == wanted and words in said, f"{code}: {said}")
    except Exception as error:
        check(name, False, f"{type(error).__name__}: {error}")


def every(method, members, page, **given):
    """All items of a list, over all of its pages."""
    items, marker = [], {}
    while True:
        answer = method(**given, **marker, **page)
        items += answer[members]
        if not answer.get("Truncated"):
            return items
        marker = {"Marker": answer["NextMarker"]}


k = client("kms")
west = client("kms", region=ELSEWHERE)
iam = client("iam")
N = client("sts").get_caller_identity()["Account"]
ARN = f"arn:aws:kms:{REGION}:{N}:"


def make(**members):
    return k.create_key(**members)["KeyMetadata"]["KeyId"]


def user(name, *statements):
    """A user with these statements; gives a client of kms."""
    iam.create_user(UserName=name)
    if statements:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
    return client("kms", iam.create_access_key(UserName=name)["AccessKey"])


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ROOT = {"Sid": "root", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{N}:root"}, "Action": "kms:*", "Resource": "*"}


def metadata():
    made = k.create_key(Description="canary description", Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]
    key = made["KeyId"]
    wanted = dict(
        AWSAccountId=N, Arn=ARN + "key/" + key, Enabled=True, Description="canary description", KeyUsage="ENCRYPT_DECRYPT",
        KeyState="Enabled", Origin="AWS_KMS", KeyManager="CUSTOMER", KeySpec="SYMMETRIC_DEFAULT", MultiRegion=False,
        CustomerMasterKeySpec="SYMMETRIC_DEFAULT", EncryptionAlgorithms=["SYMMETRIC_DEFAULT"],
    )
    check("metadata", all(made.get(name) == value for name, value in wanted.items()), made)
    check("a key's id is a UUID", str(uuid.UUID(key)) == key, key)
    for named in (key, made["Arn"]):
        check("describe", k.describe_key(KeyId=named)["KeyMetadata"]["Arn"] == made["Arn"])
    k.update_key_description(KeyId=key, Description="another")
    check("description", k.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "another")
    refused("no such key", "NotFoundException", k.describe_key, "does not exist", KeyId=str(uuid.uuid4()))
    refused("no key's id", "NotFoundException", k.describe_key, "Invalid keyId", KeyId="canary")
    refused("another Region", "NotFoundException", west.describe_key, KeyId=made["Arn"])
    refused("not in this Region", "NotFoundException", west.describe_key, KeyId=key)
    refused("an unknown usage", "ValidationException", k.create_key, KeyUsage="canary")
    refused("usage of another kind", "ValidationException", k.create_key, KeySpec="RSA_2048", KeyUsage="GENERATE_VERIFY_MAC")
    refused("an asymmetric key without usage", "ValidationException", k.create_key, KeySpec="RSA_2048")
    refused("too long a description", "ValidationException", k.create_key, Description="x" * 8193)
    return key


def lists():
    made = {make() for _ in range(5)}
    listed = every(k.list_keys, "Keys", {"Limit": 2})
    check("all keys over pages", made <= {item["KeyId"] for item in listed})
    check("no key twice", len({item["KeyId"] for item in listed}) == len(listed))
    check("arns", all(item["KeyArn"] == ARN + "key/" + item["KeyId"] for item in listed))
    answer = k.list_keys(Limit=2)
    check("a page", len(answer["Keys"]) == 2 and answer["Truncated"] and answer["NextMarker"], answer)
    refused("a limit of nothing", "ValidationException", k.list_keys, Limit=0)
    refused("a limit beyond", "ValidationException", k.list_keys, Limit=1001)
    refused("a marker of nobody", "InvalidMarkerException", k.list_keys, Marker="canary")


def aliases(key):
    other = make()
    k.create_alias(AliasName="alias/canary", TargetKeyId=key)
    refused("an alias twice", "AlreadyExistsException", k.create_alias, "already exists", AliasName="alias/canary", TargetKeyId=other)
    refused("an alias without prefix", "ValidationException", k.create_alias, AliasName="canary", TargetKeyId=key)
    refused("an alias of AWS's", "NotAuthorizedException", k.create_alias, AliasName="alias/aws/canary", TargetKeyId=key)
    refused("an alias of nothing", "NotFoundException", k.create_alias, AliasName="alias/x", TargetKeyId=str(uuid.uuid4()))
    for named in ("alias/canary", ARN + "alias/canary"):
        check("found by alias", k.describe_key(KeyId=named)["KeyMetadata"]["KeyId"] == key)
    check("used by alias", k.encrypt(KeyId="alias/canary", Plaintext=b"x")["KeyId"] == ARN + "key/" + key)
    refused("no such alias", "NotFoundException", k.describe_key, "is not found", KeyId="alias/nobody")
    refused("an alias where a key is wanted", "NotFoundException", k.disable_key, KeyId="alias/canary")
    listed = every(k.list_aliases, "Aliases", {"Limit": 1})
    found = [item for item in listed if item["AliasName"] == "alias/canary"]
    check("listed", found and found[0]["TargetKeyId"] == key and found[0]["AliasArn"] == ARN + "alias/canary", listed)
    check("listed of a key", [item["AliasName"] for item in k.list_aliases(KeyId=key)["Aliases"]] == ["alias/canary"])
    check("not in another Region", not [item for item in west.list_aliases()["Aliases"] if item["AliasName"] == "alias/canary"])
    k.update_alias(AliasName="alias/canary", TargetKeyId=other)
    check("moved", k.describe_key(KeyId="alias/canary")["KeyMetadata"]["KeyId"] == other)
    signing = make(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    refused("moved onto another kind", "ValidationException", k.update_alias, AliasName="alias/canary", TargetKeyId=signing)
    k.delete_alias(AliasName="alias/canary")
    refused("gone", "NotFoundException", k.delete_alias, AliasName="alias/canary")


def sealing(key):
    arn = ARN + "key/" + key
    context = {"tenant": "one", "purpose": "test"}
    sealed = k.encrypt(KeyId=key, Plaintext=b"canary 4111", EncryptionContext=context)
    blob = sealed["CiphertextBlob"]
    check("encrypt", sealed["KeyId"] == arn and sealed["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT" and b"canary" not in blob)
    for members in ({}, {"KeyId": key}, {"KeyId": arn}, {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}):
        opened = k.decrypt(CiphertextBlob=blob, EncryptionContext=dict(reversed(context.items())), **members)
        check("decrypt", opened["Plaintext"] == b"canary 4111" and opened["KeyId"] == arn, opened)
    for name, wrong in (("another", {"tenant": "two", "purpose": "test"}), ("less", {"tenant": "one"}), ("none", {}),
                        ("another case", {"Tenant": "one", "purpose": "test"})):
        refused(name + " context", "InvalidCiphertextException", k.decrypt, CiphertextBlob=blob, EncryptionContext=wrong)
    other = make()
    refused("another key", "IncorrectKeyException", k.decrypt, CiphertextBlob=blob, EncryptionContext=context, KeyId=other)
    for at in (0, len(blob) // 2, len(blob) - 1):
        changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        refused("changed", "InvalidCiphertextException", k.decrypt, CiphertextBlob=changed, EncryptionContext=context)
    refused("cut", "InvalidCiphertextException", k.decrypt, CiphertextBlob=blob[:-1], EncryptionContext=context)
    refused("foreign", "InvalidCiphertextException", k.decrypt, CiphertextBlob=b"canary" * 20)
    refused("of another Region", "InvalidCiphertextException", west.decrypt, CiphertextBlob=blob, EncryptionContext=context)
    check("the longest", k.decrypt(CiphertextBlob=k.encrypt(KeyId=key, Plaintext=b"x" * 4096)["CiphertextBlob"])["Plaintext"] == b"x" * 4096)
    refused("too long", "ValidationException", k.encrypt, KeyId=key, Plaintext=b"x" * 4097)
    refused("nothing", "ValidationException", k.encrypt, KeyId=key, Plaintext=b"")
    again = k.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=context, DestinationKeyId=other, DestinationEncryptionContext={"to": "x"})
    check("sealed anew", again["SourceKeyId"] == arn and again["KeyId"] == ARN + "key/" + other)
    check("opens anew", k.decrypt(CiphertextBlob=again["CiphertextBlob"], EncryptionContext={"to": "x"})["Plaintext"] == b"canary 4111")
    refused("with the old context", "InvalidCiphertextException", k.decrypt, CiphertextBlob=again["CiphertextBlob"], EncryptionContext=context)
    refused("sealed anew from another key", "IncorrectKeyException", k.re_encrypt, CiphertextBlob=blob, SourceKeyId=other,
            SourceEncryptionContext=context, DestinationKeyId=key)
    for call, members in ((k.encrypt, dict(KeyId=key, Plaintext=b"x")), (k.generate_data_key, dict(KeyId=key, KeySpec="AES_256")),
                          (k.decrypt, dict(CiphertextBlob=blob, EncryptionContext=context))):
        refused("dry run", "DryRunOperationException", call, DryRun=True, **members)
    refused("dry run of what would fail", "InvalidCiphertextException", k.decrypt, CiphertextBlob=blob, DryRun=True)


def data_keys(key):
    for members, size in (({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1}, 1), ({"NumberOfBytes": 1024}, 1024)):
        made = k.generate_data_key(KeyId=key, EncryptionContext={"a": "b"}, **members)
        opened = k.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"a": "b"})
        check("data key", len(made["Plaintext"]) == size and opened["Plaintext"] == made["Plaintext"], members)
        hidden = k.generate_data_key_without_plaintext(KeyId=key, **members)
        check("data key without plaintext", "Plaintext" not in hidden and len(k.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == size)
    for name, members in (("both", {"KeySpec": "AES_256", "NumberOfBytes": 32}), ("neither", {}), ("too many", {"NumberOfBytes": 1025}), ("none", {"NumberOfBytes": 0})):
        refused(name, "ValidationException", k.generate_data_key, KeyId=key, **members)
    check("random", len(k.generate_random(NumberOfBytes=1024)["Plaintext"]) == 1024 and k.generate_random(NumberOfBytes=32)["Plaintext"] != k.generate_random(NumberOfBytes=32)["Plaintext"])
    refused("too much random", "ValidationException", k.generate_random, NumberOfBytes=1025)
    for spec, kind in (("ECC_NIST_P256", ec.EllipticCurvePrivateKey), ("RSA_2048", rsa.RSAPrivateKey)):
        pair = k.generate_data_key_pair(KeyId=key, KeyPairSpec=spec)
        private = serialization.load_der_private_key(pair["PrivateKeyPlaintext"], None)
        public = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        check("pair", isinstance(private, kind) and public == pair["PublicKey"], spec)
        check("pair opens", k.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])["Plaintext"] == pair["PrivateKeyPlaintext"])
        hidden = k.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec=spec)
        check("pair without plaintext", "PrivateKeyPlaintext" not in hidden)


def states(key):
    made = make()
    arn = ARN + "key/" + made
    blob = k.encrypt(KeyId=made, Plaintext=b"x")["CiphertextBlob"]
    k.disable_key(KeyId=made)
    check("disabled", k.describe_key(KeyId=made)["KeyMetadata"]["KeyState"] == "Disabled" and not k.describe_key(KeyId=made)["KeyMetadata"]["Enabled"])
    uses = ((k.encrypt, dict(KeyId=made, Plaintext=b"x")), (k.decrypt, dict(CiphertextBlob=blob)), (k.generate_data_key, dict(KeyId=made, KeySpec="AES_256")),
            (k.re_encrypt, dict(CiphertextBlob=blob, DestinationKeyId=key)))
    for call, members in uses:
        refused("a disabled key", "DisabledException", call, arn + " is disabled.", **members)
    k.enable_key(KeyId=made)
    check("enabled", k.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x")
    for days in (6, 31):
        refused("deletion in %s days" % days, "ValidationException", k.schedule_key_deletion, KeyId=made, PendingWindowInDays=days)
    refused("not pending", "KMSInvalidStateException", k.cancel_key_deletion, arn + " is not pending deletion.", KeyId=made)
    asked = k.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    left = asked["DeletionDate"] - datetime.datetime.now(datetime.timezone.utc)
    check("scheduled", asked["KeyState"] == "PendingDeletion" and asked["PendingWindowInDays"] == 7 and 6.9 < left.total_seconds() / 86400 < 7.1, asked)
    for call, members in uses:
        refused("a key pending deletion", "KMSInvalidStateException", call, "is pending deletion", **members)
    for call, members in ((k.enable_key, {}), (k.disable_key, {}), (k.schedule_key_deletion, {}), (k.update_key_description, {"Description": "x"}),
                          (k.tag_resource, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}), (k.create_alias, {"AliasName": "alias/late"})):
        named = {"TargetKeyId": made} if "AliasName" in members else {"KeyId": made}
        refused("no changes while pending", "KMSInvalidStateException", call, **named, **members)
    for call in (k.describe_key, k.get_key_policy, k.list_grants, k.list_key_policies):
        try:
            call(KeyId=made)
        except ClientError as error:
            check("reads while pending", False, error)
    k.cancel_key_deletion(KeyId=made)
    check("disabled afterwards", k.describe_key(KeyId=made)["KeyMetadata"]["KeyState"] == "Disabled")
    k.enable_key(KeyId=made)
    check("opens again", k.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x")
    imported = make(Origin="EXTERNAL")
    check("pending import", k.describe_key(KeyId=imported)["KeyMetadata"]["KeyState"] == "PendingImport")
    refused("use before import", "KMSInvalidStateException", k.encrypt, "is pending import.", KeyId=imported, Plaintext=b"x")
    mac = make(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    refused("a key of another usage", "InvalidKeyUsageException", k.encrypt, KeyId=mac, Plaintext=b"x")
    refused("a key of another usage", "InvalidKeyUsageException", k.generate_mac, KeyId=key, Message=b"x", MacAlgorithm="HMAC_SHA_256")


def policies():
    key = make()
    check("default policy", json.loads(k.get_key_policy(KeyId=key)["Policy"])["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{N}:root"})
    check("names of policies", k.list_key_policies(KeyId=key)["PolicyNames"] == ["default"])
    refused("another name", "NotFoundException", k.get_key_policy, KeyId=key, PolicyName="canary")
    refused("not JSON", "MalformedPolicyDocumentException", k.put_key_policy, KeyId=key, Policy="{")
    refused("no statement", "MalformedPolicyDocumentException", k.put_key_policy, KeyId=key, Policy='{"Version":"2012-10-17"}')
    refused("no principal", "MalformedPolicyDocumentException", k.put_key_policy, KeyId=key,
            Policy=policy({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}))
    alone = user("alone", {"Effect": "Allow", "Action": "kms:*", "Resource": "*"})
    only = dict(ROOT, Principal={"AWS": f"arn:aws:iam::{N}:user/alone"}, Action=["kms:Encrypt", "kms:Decrypt"])
    refused("would lock out", "MalformedPolicyDocumentException", k.put_key_policy, "will not allow you to update the key policy in the future",
            KeyId=key, Policy=policy(only))
    refused("too long", "ValidationException", k.put_key_policy, KeyId=key, Policy=policy(dict(ROOT, Sid="x" * 200_000)))
    k.put_key_policy(KeyId=key, Policy=policy(only), BypassPolicyLockoutSafetyCheck=True)
    check("as the key's policy says", alone.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"])
    refused("the root user is not in the policy", "AccessDeniedException", k.describe_key, KeyId=key)
    refused("not in the policy", "AccessDeniedException", alone.describe_key, KeyId=key)
    second = make(Policy=policy(ROOT, {"Sid": "no", "Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{N}:user/alone"}, "Action": "kms:Decrypt", "Resource": "*"}))
    sealed = alone.encrypt(KeyId=second, Plaintext=b"x")["CiphertextBlob"]
    refused("denied by the key's policy", "AccessDeniedException", alone.decrypt, "explicit deny in a resource-based policy", CiphertextBlob=sealed)


def may():
    key = make()
    arn = ARN + "key/" + key
    nobody = user("nobody")
    for call, members in ((nobody.encrypt, dict(KeyId=key, Plaintext=b"x")), (nobody.describe_key, dict(KeyId=key)), (nobody.list_keys, {}), (nobody.create_key, {}),
                          (nobody.generate_random, dict(NumberOfBytes=1))):
        refused("nobody may", "AccessDeniedException", call, "is not authorized to perform: kms:", **members)
    one = user("one", {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": arn,
                       "Condition": {"StringEquals": {"kms:EncryptionContext:tenant": "one"}, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["tenant", "purpose"]}}})
    blob = one.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"tenant": "one", "purpose": "y"})["CiphertextBlob"]
    check("with the context", one.decrypt(CiphertextBlob=blob, EncryptionContext={"tenant": "one", "purpose": "y"})["Plaintext"] == b"x")
    for name, context in (("another", {"tenant": "two"}), ("none", {}), ("more", {"tenant": "one", "other": "z"})):
        refused(name + " context", "AccessDeniedException", one.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=context)
    k.create_alias(AliasName="alias/for-two", TargetKeyId=key)
    two = user("two", {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Condition": {"StringEquals": {"kms:RequestAlias": "alias/for-two"}}},
               {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/for-two"}}},
               {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*", "Condition": {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}},
               {"Effect": "Allow", "Action": "kms:ScheduleKeyDeletion", "Resource": "*", "Condition": {"NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}}},
               {"Effect": "Deny", "Action": "kms:CreateKey", "Resource": "*", "Condition": {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}})
    check("by its alias", two.encrypt(KeyId="alias/for-two", Plaintext=b"x")["KeyId"] == arn)
    refused("not by its id", "AccessDeniedException", two.encrypt, KeyId=key, Plaintext=b"x")
    check("a key that has the alias", two.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key)
    made = two.create_key()["KeyMetadata"]["KeyId"]
    refused("another key spec", "AccessDeniedException", two.create_key, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    refused("bypassing the check", "AccessDeniedException", two.create_key, BypassPolicyLockoutSafetyCheck=True)
    refused("deleted too soon", "AccessDeniedException", two.schedule_key_deletion, KeyId=made, PendingWindowInDays=7)
    check("deleted late", two.schedule_key_deletion(KeyId=made)["PendingWindowInDays"] == 30)
    three = user("three", {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}}})
    tagged = make(Tags=[{"TagKey": "team", "TagValue": "blue"}])
    check("by its tag", three.describe_key(KeyId=tagged)["KeyMetadata"]["KeyId"] == tagged)
    refused("without the tag", "AccessDeniedException", three.describe_key, KeyId=key)
    four = make(Policy=policy(ROOT, {"Sid": "via", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Encrypt", "Resource": "*",
                                      "Condition": {"StringEquals": {"kms:ViaService": f"logs.{REGION}.amazonaws.com", "kms:CallerAccount": N}}}))
    refused("not through the service", "AccessDeniedException", nobody.encrypt, KeyId=four, Plaintext=b"x")
    five = make(Policy=policy(ROOT, {"Sid": "account", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Encrypt", "Resource": "*",
                                      "Condition": {"StringEquals": {"kms:CallerAccount": N}}}))
    check("of the account", nobody.encrypt(KeyId=five, Plaintext=b"x")["CiphertextBlob"])


def grants():
    key = make()
    grantee = user("grantee")
    arn = f"arn:aws:iam::{N}:user/grantee"
    refused("before", "AccessDeniedException", grantee.encrypt, KeyId=key, Plaintext=b"x")
    made = k.create_grant(KeyId=key, GranteePrincipal=arn, RetiringPrincipal=arn, Operations=["Encrypt", "Decrypt", "DescribeKey"],
                          Constraints={"EncryptionContextSubset": {"tenant": "one"}}, Name="canary-grant")
    check("made", made["GrantId"] and made["GrantToken"])
    again = k.create_grant(KeyId=key, GranteePrincipal=arn, RetiringPrincipal=arn, Operations=["Encrypt", "Decrypt", "DescribeKey"],
                           Constraints={"EncryptionContextSubset": {"tenant": "one"}}, Name="canary-grant")
    check("the same once more", again["GrantId"] == made["GrantId"])
    context = {"tenant": "one", "more": "x"}
    blob = grantee.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context, GrantTokens=[made["GrantToken"]])["CiphertextBlob"]
    check("within", grantee.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"x")
    for name, wrong in (("another", {"tenant": "two"}), ("another case", {"Tenant": "one"}), ("no", {})):
        refused(name + " context", "AccessDeniedException", grantee.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=wrong)
    refused("another operation", "AccessDeniedException", grantee.generate_data_key, KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    check("described", grantee.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key)
    equal = k.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["GenerateDataKey"], Constraints={"EncryptionContextEquals": {"tenant": "one"}})
    check("equal", grantee.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"tenant": "one"})["Plaintext"])
    refused("more than equal", "AccessDeniedException", grantee.generate_data_key, KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    listed = every(k.list_grants, "Grants", {"Limit": 1}, KeyId=key)
    check("listed", {item["GrantId"] for item in listed} == {made["GrantId"], equal["GrantId"]}, listed)
    found = [item for item in listed if item["GrantId"] == made["GrantId"]][0]
    check("as it was made", found["Name"] == "canary-grant" and found["GranteePrincipal"] == arn and found["Constraints"] == {"EncryptionContextSubset": {"tenant": "one"}}
          and found["IssuingAccount"] in (f"arn:aws:iam::{N}:root", N), found)
    check("one grant", len(k.list_grants(KeyId=key, GrantId=equal["GrantId"])["Grants"]) == 1)
    check("retirable", [item["GrantId"] for item in k.list_retirable_grants(RetiringPrincipal=arn)["Grants"]] == [made["GrantId"]])
    refused("a token of nobody", "InvalidGrantTokenException", k.encrypt, KeyId=key, Plaintext=b"x", GrantTokens=["canary"])
    refused("an operation that the key has not", "ValidationException", k.create_grant, KeyId=key, GranteePrincipal=arn, Operations=["Sign"])
    refused("dry run", "DryRunOperationException", k.create_grant, KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"], DryRun=True)
    grantee.retire_grant(GrantToken=made["GrantToken"])
    refused("retired", "AccessDeniedException", grantee.decrypt, CiphertextBlob=blob, EncryptionContext=context)
    k.revoke_grant(KeyId=key, GrantId=equal["GrantId"])
    refused("revoked", "AccessDeniedException", grantee.generate_data_key, KeyId=key, KeySpec="AES_256", EncryptionContext={"tenant": "one"})
    refused("revoked twice", "NotFoundException", k.revoke_grant, KeyId=key, GrantId=equal["GrantId"])
    only = user("granter", {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}})
    refused("not for a service", "AccessDeniedException", only.create_grant, KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"])
    some = user("some", {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*",
                         "Condition": {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt"]}, "StringEquals": {"kms:GranteePrincipal": arn}}})
    check("these operations", some.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"])["GrantId"])
    refused("other operations", "AccessDeniedException", some.create_grant, KeyId=key, GranteePrincipal=arn, Operations=["Encrypt", "Decrypt"])


def rotation():
    key = make()
    before = k.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    check("off", not k.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
    k.enable_key_rotation(KeyId=key)
    status = k.get_key_rotation_status(KeyId=key)
    check("on", status["KeyRotationEnabled"] and status["RotationPeriodInDays"] == 365 and status["NextRotationDate"], status)
    for days in (89, 2561):
        refused("a period of %s days" % days, "ValidationException", k.enable_key_rotation, KeyId=key, RotationPeriodInDays=days)
    k.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    check("its period", k.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 90)
    k.rotate_key_on_demand(KeyId=key)
    after = k.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    check("what was sealed before opens", k.decrypt(CiphertextBlob=before)["Plaintext"] == b"x")
    check("and after", k.decrypt(CiphertextBlob=after)["Plaintext"] == b"x")
    rotations = k.list_key_rotations(KeyId=key)["Rotations"]
    check("listed", len(rotations) == 1 and rotations[0]["RotationType"] == "ON_DEMAND", rotations)
    check("materials", k.decrypt(CiphertextBlob=before)["KeyMaterialId"] != k.decrypt(CiphertextBlob=after)["KeyMaterialId"])
    k.disable_key_rotation(KeyId=key)
    check("off again", not k.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
    signing = make(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    refused("asymmetric", "UnsupportedOperationException", k.enable_key_rotation, KeyId=signing)
    refused("asymmetric on demand", "UnsupportedOperationException", k.rotate_key_on_demand, KeyId=signing)
    k.disable_key(KeyId=key)
    refused("disabled", "DisabledException", k.rotate_key_on_demand, KeyId=key)


def openssl(*args, data):
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in data}
        for name, value in data.items():
            open(paths[name], "wb").write(value)
        run = subprocess.run(["openssl", *[paths.get(arg, arg) for arg in args]], capture_output=True)
        return run.returncode == 0


HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def verified(public, algorithm, signature, digest):
    """Whether Python's cryptography takes a signature over a digest."""
    hashed = HASHES[algorithm[-3:]]
    try:
        if algorithm.startswith("ECDSA"):
            public.verify(signature, digest, ec.ECDSA(utils.Prehashed(hashed)))
        else:
            pad = padding.PSS(padding.MGF1(hashed), hashed.digest_size) if "PSS" in algorithm else padding.PKCS1v15()
            public.verify(signature, digest, pad, utils.Prehashed(hashed))
        return True
    except InvalidSignature:
        return False


def signing():
    message = b"canary message " * 100
    rsas = ["RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512", "RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512"]
    specs = {"RSA_2048": rsas, "RSA_3072": rsas, "ECC_NIST_P256": ["ECDSA_SHA_256"], "ECC_NIST_P384": ["ECDSA_SHA_384"], "ECC_NIST_P521": ["ECDSA_SHA_512"],
             "ECC_SECG_P256K1": ["ECDSA_SHA_256"]}
    for spec, algorithms in specs.items():
        key = make(KeySpec=spec, KeyUsage="SIGN_VERIFY")
        check("algorithms", sorted(k.describe_key(KeyId=key)["KeyMetadata"]["SigningAlgorithms"]) == sorted(algorithms), spec)
        got = k.get_public_key(KeyId=key)
        public = serialization.load_der_public_key(got["PublicKey"])
        check("public key", got["KeySpec"] == spec and got["KeyUsage"] == "SIGN_VERIFY" and sorted(got["SigningAlgorithms"]) == sorted(algorithms))
        for algorithm in algorithms:
            given = message[:1000]
            digest = hashlib.new("sha" + algorithm[-3:], given).digest()
            signed = k.sign(KeyId=key, Message=given, SigningAlgorithm=algorithm)["Signature"]
            check("signature", verified(public, algorithm, signed, digest), f"{spec} {algorithm}")
            of_digest = k.sign(KeyId=key, Message=digest, MessageType="DIGEST", SigningAlgorithm=algorithm)["Signature"]
            check("signature of a digest", verified(public, algorithm, of_digest, digest), f"{spec} {algorithm}")
            check("verify", k.verify(KeyId=key, Message=given, Signature=signed, SigningAlgorithm=algorithm)["SignatureValid"])
            refused("another message", "KMSInvalidSignatureException", k.verify, KeyId=key, Message=given + b".", Signature=signed, SigningAlgorithm=algorithm)
            if "PSS" not in algorithm:
                pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
                check("openssl", openssl("dgst", "-sha" + algorithm[-3:], "-verify", "key", "-signature", "signature", "message",
                                         data={"key": pem, "signature": signed, "message": given}), f"{spec} {algorithm}")
        refused("an algorithm of another kind", "InvalidKeyUsageException", k.sign, KeyId=key, Message=b"x",
                SigningAlgorithm="ECDSA_SHA_256" if spec.startswith("RSA") else "RSASSA_PSS_SHA_256")
        refused("encrypting with it", "InvalidKeyUsageException", k.encrypt, KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        refused("a digest of another length", "ValidationException", k.sign, KeyId=key, Message=b"x", MessageType="DIGEST", SigningAlgorithm=algorithms[0])
        refused("too long a message", "ValidationException", k.sign, KeyId=key, Message=b"x" * 4097, SigningAlgorithm=algorithms[0])
        refused("dry run", "DryRunOperationException", k.sign, KeyId=key, Message=b"x", SigningAlgorithm=algorithms[0], DryRun=True)
    key = make(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    public = serialization.load_der_public_key(k.get_public_key(KeyId=key)["PublicKey"])
    for algorithm, hashed in (("RSAES_OAEP_SHA_1", hashes.SHA1()), ("RSAES_OAEP_SHA_256", hashes.SHA256())):
        sealed = public.encrypt(b"canary", padding.OAEP(padding.MGF1(hashed), hashed, None))
        check("sealed outside", k.decrypt(KeyId=key, CiphertextBlob=sealed, EncryptionAlgorithm=algorithm)["Plaintext"] == b"canary")
        inside = k.encrypt(KeyId=key, Plaintext=b"canary", EncryptionAlgorithm=algorithm)["CiphertextBlob"]
        check("sealed inside", k.decrypt(KeyId=key, CiphertextBlob=inside, EncryptionAlgorithm=algorithm)["Plaintext"] == b"canary")
        most = {"RSAES_OAEP_SHA_1": 214, "RSAES_OAEP_SHA_256": 190}[algorithm]
        check("the longest", k.encrypt(KeyId=key, Plaintext=b"x" * most, EncryptionAlgorithm=algorithm)["CiphertextBlob"])
        refused("too long", "ValidationException", k.encrypt, KeyId=key, Plaintext=b"x" * (most + 1), EncryptionAlgorithm=algorithm)
    refused("a context under RSA", "ValidationException", k.encrypt, KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256", EncryptionContext={"a": "b"})


def macs():
    for bits in ("224", "256", "384", "512"):
        key = make(KeySpec="HMAC_" + bits, KeyUsage="GENERATE_VERIFY_MAC")
        algorithm = "HMAC_SHA_" + bits
        mac = k.generate_mac(KeyId=key, Message=b"canary", MacAlgorithm=algorithm)["Mac"]
        check("mac", len(mac) == int(bits) // 8 and k.verify_mac(KeyId=key, Message=b"canary", Mac=mac, MacAlgorithm=algorithm)["MacValid"])
        refused("another message", "KMSInvalidMacException", k.verify_mac, KeyId=key, Message=b"Canary", Mac=mac, MacAlgorithm=algorithm)
        refused("another algorithm", "InvalidKeyUsageException", k.generate_mac, KeyId=key, Message=b"x", MacAlgorithm="HMAC_SHA_" + ("256" if bits == "512" else "512"))
        refused("dry run", "DryRunOperationException", k.generate_mac, KeyId=key, Message=b"x", MacAlgorithm=algorithm, DryRun=True)
    refused("the public half of a secret", "UnsupportedOperationException", k.get_public_key, KeyId=key)


def agreement():
    key = make(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")
    ours = ec.generate_private_key(ec.SECP256R1())
    der = ours.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    theirs = serialization.load_der_public_key(k.get_public_key(KeyId=key)["PublicKey"])
    secret = k.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=der)["SharedSecret"]
    check("agreed", secret == ours.exchange(ec.ECDH(), theirs))


def wrapped(public, algorithm, material):
    public = serialization.load_der_public_key(public)
    if algorithm.startswith("RSA_AES_KEY_WRAP"):
        inner = os.urandom(32)
        return public.encrypt(inner, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)) + aes_key_wrap_with_padding(inner, material)
    hashed = hashes.SHA1() if algorithm.endswith("_1") else hashes.SHA256()
    return public.encrypt(material, padding.OAEP(padding.MGF1(hashed), hashed, None))


def imports():
    key = make(Origin="EXTERNAL")
    material = os.urandom(32)
    for algorithm in ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256"):
        given = k.get_parameters_for_import(KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048")
        check("parameters", given["ImportToken"] and given["ParametersValidTo"])
        k.import_key_material(KeyId=key, ImportToken=given["ImportToken"], EncryptedKeyMaterial=wrapped(given["PublicKey"], algorithm, material),
                              ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
        check("imported", k.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled", algorithm)
    blob = k.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    k.delete_imported_key_material(KeyId=key)
    refused("without material", "KMSInvalidStateException", k.decrypt, "is pending import.", CiphertextBlob=blob)
    given = k.get_parameters_for_import(KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")
    members = dict(KeyId=key, ImportToken=given["ImportToken"], ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
    refused("other material", "IncorrectKeyMaterialException", k.import_key_material,
            EncryptedKeyMaterial=wrapped(given["PublicKey"], "RSAES_OAEP_SHA_256", os.urandom(32)), **members)
    refused("damaged", "InvalidCiphertextException", k.import_key_material, EncryptedKeyMaterial=b"x" * 256, **members)
    refused("a token of nobody", "InvalidImportTokenException", k.import_key_material,
            EncryptedKeyMaterial=wrapped(given["PublicKey"], "RSAES_OAEP_SHA_256", material), **dict(members, ImportToken=b"canary" * 20))
    refused("in the past", "ValidationException", k.import_key_material, EncryptedKeyMaterial=wrapped(given["PublicKey"], "RSAES_OAEP_SHA_256", material),
            **dict(members, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=datetime.datetime(2020, 1, 1)))
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)
    k.import_key_material(EncryptedKeyMaterial=wrapped(given["PublicKey"], "RSAES_OAEP_SHA_256", material),
                          **dict(members, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=until))
    check("the same material again", k.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x")
    check("it expires", k.describe_key(KeyId=key)["KeyMetadata"]["ExpirationModel"] == "KEY_MATERIAL_EXPIRES")
    refused("rotated by itself", "UnsupportedOperationException", k.enable_key_rotation, KeyId=key)
    refused("imported into a key of our own", "UnsupportedOperationException", k.get_parameters_for_import, KeyId=make(), WrappingAlgorithm="RSAES_OAEP_SHA_256",
            WrappingKeySpec="RSA_2048")


def regions():
    made = k.create_key(MultiRegion=True)["KeyMetadata"]
    key = made["KeyId"]
    check("its id", key.startswith("mrk-") and made["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY")
    blob = k.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]
    mover = user("mover", {"Effect": "Allow", "Action": ["kms:ReplicateKey", "kms:CreateKey", "kms:UpdatePrimaryRegion"], "Resource": "*"})
    refused("tags of a replica", "AccessDeniedException", mover.replicate_key, "kms:TagResource", KeyId=key, ReplicaRegion=ELSEWHERE,
            Tags=[{"TagKey": "a", "TagValue": "1"}])
    replica = k.replicate_key(KeyId=key, ReplicaRegion=ELSEWHERE)["ReplicaKeyMetadata"]
    check("replica", replica["Arn"] == f"arn:aws:kms:{ELSEWHERE}:{N}:key/{key}" and replica["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA", replica)
    there = west.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})
    check("opens there", there["Plaintext"] == b"x" and there["KeyId"] == replica["Arn"])
    check("and back", k.decrypt(CiphertextBlob=west.encrypt(KeyId=key, Plaintext=b"y")["CiphertextBlob"])["Plaintext"] == b"y")
    refused("twice", "AlreadyExistsException", k.replicate_key, KeyId=key, ReplicaRegion=ELSEWHERE)
    refused("a key of one Region", "UnsupportedOperationException", k.replicate_key, KeyId=make(), ReplicaRegion=ELSEWHERE)
    refused("rotated at a replica", "UnsupportedOperationException", west.rotate_key_on_demand, KeyId=key)
    k.rotate_key_on_demand(KeyId=key)
    check("rotated for all", west.decrypt(CiphertextBlob=k.encrypt(KeyId=key, Plaintext=b"z")["CiphertextBlob"])["Plaintext"] == b"z")
    no = {"Sid": "no", "Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{N}:user/mover"}, "Action": "kms:UpdatePrimaryRegion", "Resource": "*"}
    west.put_key_policy(KeyId=key, Policy=policy(ROOT, no))
    refused("the replica does not want to be moved", "AccessDeniedException", mover.update_primary_region, KeyId=key, PrimaryRegion=ELSEWHERE)
    k.update_primary_region(KeyId=key, PrimaryRegion=ELSEWHERE)
    check("moved", west.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
          and k.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA")


def tags():
    key = make(Tags=[{"TagKey": "a", "TagValue": "1"}])
    k.tag_resource(KeyId=key, Tags=[{"TagKey": "b", "TagValue": "2"}, {"TagKey": "a", "TagValue": "3"}])
    listed = every(k.list_resource_tags, "Tags", {"Limit": 1}, KeyId=key)
    check("tags", {tag["TagKey"]: tag["TagValue"] for tag in listed} == {"a": "3", "b": "2"}, listed)
    k.untag_resource(KeyId=key, TagKeys=["a"])
    check("fewer tags", [tag["TagKey"] for tag in k.list_resource_tags(KeyId=key)["Tags"]] == ["b"])
    refused("too many", "LimitExceededException", k.tag_resource, KeyId=key, Tags=[{"TagKey": f"k{n}", "TagValue": "v"} for n in range(50)])
    refused("one of AWS's", "TagException", k.tag_resource, KeyId=key, Tags=[{"TagKey": "aws:canary", "TagValue": "v"}])


def trail():
    found = client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}])["Events"]
    check("uses are in the trail", len(found) > 5)
    text = json.dumps([event["CloudTrailEvent"] for event in found])
    check("not what was sealed", "canary 4111" not in text and "tenant" not in text)


def section(call, *given):
    """One part of it; what it could not go on after is one thing that is not as documented."""
    try:
        return call(*given)
    except (ClientError, KeyError, IndexError, ValueError) as error:
        line = error.__traceback__.tb_next.tb_lineno if error.__traceback__.tb_next else 0
        check(call.__name__, False, f"{type(error).__name__} at line {line}: {error}")


key = section(metadata) or make()
section(lists)
section(aliases, key)
section(sealing, key)
for part in (data_keys, states):
    section(part, key)
for part in (policies, may, grants, rotation, signing, macs, agreement, imports, regions, tags):
    section(part)
section(trail)
print(f"{done} checks, {bad} not as documented")
sys.exit(1 if bad else 0)
