"""Drives a running sotto through boto3, unchanged, as somebody would who manages identities with it.

Usage: drive_boto3.py ENDPOINT. Credentials of the root user come from the environment. Each check prints its name; a failing
one raises, and the exit code says so. Values are invented; CANARY must never come back in an error.
"""
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
CANARY = "canary-4111-1111-1111-1111"
ONCE = Config(retries={"total_max_attempts": 1})


def client(service, key=None, region="eu-central-1"):
    given = {}
    if key is not None:
        given = {"aws_access_key_id": key[0], "aws_secret_access_key": key[1]}
        if len(key) > 2:
            given["aws_session_token"] = key[2]
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=region, config=ONCE, **given)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, (code, found)
        assert CANARY not in found["Message"], found
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return found["Message"]
    raise AssertionError(f"{code} was expected")


def allow(action, resource="*", effect="Allow", **more):
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal, action="sts:AssumeRole", **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def key_of(made):
    made = made["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def session_of(made):
    made = made["Credentials"]
    return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]


iam, sts = client("iam"), client("sts")
me = sts.get_caller_identity()
account = me["Account"]
assert me["Arn"] == f"arn:aws:iam::{account}:root" and len(account) == 12, me


def check_users():
    made = iam.create_user(UserName="Ana", Path="/team/", Tags=[{"Key": "cost", "Value": CANARY}])["User"]
    assert made["Arn"] == f"arn:aws:iam::{account}:user/team/Ana" and made["UserId"].startswith("AIDA"), made
    assert made["Tags"] == [{"Key": "cost", "Value": CANARY}], made
    refused("EntityAlreadyExists", iam.create_user, UserName="ANA")
    refused("NoSuchEntity", iam.get_user, UserName="nobody")
    refused("ValidationError", iam.create_user, UserName="white space")
    assert iam.get_user(UserName="Ana")["User"]["UserId"] == made["UserId"]
    names = [user["UserName"] for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
    assert "Ana" in names, names
    assert iam.list_user_tags(UserName="Ana")["Tags"] == [{"Key": "cost", "Value": CANARY}]


def check_decisions():
    key = key_of(iam.create_access_key(UserName="Ana"))
    ana = client("iam", key)
    assert client("sts", key).get_caller_identity()["Arn"].endswith(":user/team/Ana")
    message = refused("AccessDenied", ana.list_users)
    assert "is not authorized to perform: iam:ListUsers" in message, message
    assert "because no identity-based policy allows the iam:ListUsers action" in message, message
    iam.put_user_policy(UserName="Ana", PolicyName="reads", PolicyDocument=allow("iam:List*"))
    assert ana.list_users()["Users"]
    refused("AccessDenied", ana.create_user, UserName="Bea")
    deny = iam.create_policy(PolicyName="no-lists", PolicyDocument=allow("iam:ListUsers", effect="Deny"))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="Ana", PolicyArn=deny)
    message = refused("AccessDenied", ana.list_users)
    assert "with an explicit deny in an identity-based policy" in message, message
    iam.detach_user_policy(UserName="Ana", PolicyArn=deny)
    assert ana.list_users()["Users"]
    iam.update_access_key(UserName="Ana", AccessKeyId=key[0], Status="Inactive")
    refused("InvalidClientTokenId", ana.list_users)
    iam.update_access_key(UserName="Ana", AccessKeyId=key[0], Status="Active")
    refused("SignatureDoesNotMatch", client("iam", (key[0], "0" * 40)).list_users)
    refused("InvalidClientTokenId", client("iam", ("AKIAZZZZZZZZZZZZZZZZ", "0" * 40)).list_users)
    refused("MalformedPolicyDocument", iam.put_user_policy, UserName="Ana", PolicyName="p", PolicyDocument='{"Version": 1}')
    refused("DeleteConflict", iam.delete_user, UserName="Ana")


def check_groups_and_boundaries():
    key = key_of(iam.create_access_key(UserName="Ana"))
    ana = client("iam", key)
    iam.create_group(GroupName="makers")
    iam.put_group_policy(GroupName="makers", PolicyName="make", PolicyDocument=allow("iam:CreateUser"))
    iam.add_user_to_group(GroupName="makers", UserName="Ana")
    ana.create_user(UserName="Bea")
    edge = iam.create_policy(PolicyName="edge", PolicyDocument=allow("iam:List*"))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="Ana", PermissionsBoundary=edge)
    message = refused("AccessDenied", ana.create_user, UserName="Cem")
    assert "because no permissions boundary allows" in message, message
    iam.delete_user_permissions_boundary(UserName="Ana")
    ana.create_user(UserName="Cem")
    iam.delete_access_key(UserName="Ana", AccessKeyId=key[0])


def check_roles():
    refused("MalformedPolicyDocument", iam.create_role, RoleName="r", AssumeRolePolicyDocument="{}")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": account}), Description=CANARY)["Role"]
    assert role["Arn"] == f"arn:aws:iam::{account}:role/reader" and role["Description"] == CANARY, role
    iam.put_role_policy(RoleName="reader", PolicyName="reads", PolicyDocument=allow(["iam:List*", "iam:Get*"]))
    key = key_of(iam.create_access_key(UserName="Ana"))
    mine = client("sts", key)
    refused("AccessDenied", mine.assume_role, RoleArn=role["Arn"], RoleSessionName="s1")
    iam.put_user_policy(UserName="Ana", PolicyName="assume", PolicyDocument=allow("sts:AssumeRole", role["Arn"]))
    answer = mine.assume_role(RoleArn=role["Arn"], RoleSessionName="s1")
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/reader/s1", answer
    session = session_of(answer)
    assert session[0].startswith("ASIA")
    identity = client("sts", session).get_caller_identity()
    assert identity["Arn"].endswith("assumed-role/reader/s1") and ":s1" in identity["UserId"], identity
    assert client("iam", session).list_users()["Users"]
    refused("AccessDenied", client("iam", session).create_user, UserName="Dan")
    narrow = session_of(mine.assume_role(RoleArn=role["Arn"], RoleSessionName="s2", Policy=allow("iam:GetUser")))
    message = refused("AccessDenied", client("iam", narrow).list_users)
    assert "because no session policy allows" in message, message
    assert client("iam", narrow).get_user(UserName="Ana")["User"]["UserName"] == "Ana"
    refused("InvalidClientTokenId", client("sts", session[:2]).get_caller_identity)
    refused("ValidationError", mine.assume_role, RoleArn=role["Arn"], RoleSessionName="white space")
    iam.delete_role_policy(RoleName="reader", PolicyName="reads")
    iam.delete_role(RoleName="reader")
    refused("InvalidClientTokenId", client("iam", session).list_users)
    iam.delete_access_key(UserName="Ana", AccessKeyId=key[0])


def check_external_id_and_web_identity():
    condition = {"Condition": {"StringEquals": {"sts:ExternalId": "outside-1"}}}
    arn = iam.create_role(RoleName="ext", AssumeRolePolicyDocument=trust({"AWS": account}, **condition))["Role"]["Arn"]
    key = key_of(iam.create_access_key(UserName="Bea"))
    iam.put_user_policy(UserName="Bea", PolicyName="assume", PolicyDocument=allow("sts:AssumeRole"))
    bea = client("sts", key)
    refused("AccessDenied", bea.assume_role, RoleArn=arn, RoleSessionName="s1")
    bea.assume_role(RoleArn=arn, RoleSessionName="s1", ExternalId="outside-1")
    refused("AccessDenied", bea.assume_role, RoleArn=arn, RoleSessionName="s1", ExternalId="outside-2")
    iam.delete_access_key(UserName="Bea", AccessKeyId=key[0])


def check_organizations():
    org = client("organizations")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    if not org.list_roots()["Roots"][0].get("PolicyTypes"):
        org.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = org.create_organizational_unit(ParentId=root, Name="bots")["OrganizationalUnit"]["Id"]
    status = org.create_account(Email="a@example.com", AccountName="member")["CreateAccountStatus"]
    status = org.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    member = status["AccountId"]
    org.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    arn = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    iam.put_user_policy(UserName="Bea", PolicyName="assume", PolicyDocument=allow("sts:AssumeRole"))
    key = key_of(iam.create_access_key(UserName="Bea"))
    session = session_of(client("sts", key).assume_role(RoleArn=arn, RoleSessionName="boss"))
    there = client("iam", session)
    there.create_user(UserName="inside")
    text = allow("iam:CreateUser", effect="Deny")
    policy = org.create_policy(Name="no-users", Description="x", Type="SERVICE_CONTROL_POLICY", Content=text)
    policy = policy["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=policy, TargetId=unit)
    message = refused("AccessDenied", there.create_user, UserName="other")
    assert "with an explicit deny in a service control policy" in message, message
    org.detach_policy(PolicyId=policy, TargetId=unit)
    there.create_user(UserName="other")
    assert "FullAWSAccess" in str(org.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY"))


def check_simulation():
    result = iam.simulate_custom_policy(PolicyInputList=[allow("iam:Get*")], ActionNames=["iam:GetUser", "iam:PutUserPolicy"])
    decisions = [found["EvalDecision"] for found in result["EvaluationResults"]]
    assert decisions == ["allowed", "implicitDeny"], decisions


def check_what_is_not_served():
    key = key_of(iam.create_access_key(UserName="Cem"))
    message = refused("AccessDeniedException", client("comprehend", key).detect_entities, Text=CANARY, LanguageCode="en")
    assert "comprehend:DetectEntities" in message, message
    refused("NotImplementedException", client("comprehend").detect_entities, Text=CANARY, LanguageCode="en")
    refused("NotImplementedException", client("dynamodb").list_tables)
    refused("NotImplemented", client("ec2").describe_instances)
    refused("NotImplemented", client("sns").list_topics)
    refused("InvalidClientTokenId", client("sqs", ("AKIAZZZZZZZZZZZZZZZZ", "0" * 40)).list_queues)


def check_trail():
    trail = client("cloudtrail")
    found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}])["Events"]
    assert found, "CreateUser is in the trail"
    record = json.loads(found[0]["CloudTrailEvent"])
    assert record["eventSource"] == "iam.amazonaws.com" and record["recipientAccountId"], record
    assert CANARY not in json.dumps(found, default=str)


def check_presigned():
    import urllib.request
    import ssl

    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    with urllib.request.urlopen(url, context=context) as answer:
        assert account in answer.read().decode()
    try:
        urllib.request.urlopen(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"), context=context)
    except urllib.error.HTTPError as error:
        assert error.code == 403, error.code
    else:
        raise AssertionError("a changed URL was accepted")


wanted = sys.argv[2:]
failed = []
for name, check in list(globals().items()):
    if name.startswith("check_") and (not wanted or name in wanted):
        try:
            check()
            print("ok", name)
        except Exception as error:  # the next check may still say something
            failed.append(name)
            print("FAILED", name, repr(error)[:600], "line", error.__traceback__.tb_next and error.__traceback__.tb_next.tb_lineno)
sys.exit(1 if failed else 0)
