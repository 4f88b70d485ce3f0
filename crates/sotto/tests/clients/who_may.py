"""Who may? Users, roles, session policies, tags, a second factor, organizations and the trail, as boto3 sees them.

Usage: who_may.py ENDPOINT. Prints what is not as AWS documents it; the exit status is 1 then. Values are invented.
"""

import base64, hashlib, hmac, json, struct, sys, time

import boto3
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
bad = 0


class Totp:
    """RFC 6238 with SHA-1, 30 seconds and 6 digits."""

    def __init__(self, seed):
        self.seed = base64.b32decode(seed + "=" * (-len(seed) % 8))

    def at(self, now):
        mac = hmac.new(self.seed, struct.pack(">Q", now // 30), hashlib.sha1).digest()
        word = struct.unpack_from(">I", mac, mac[-1] & 15)[0] & 0x7FFFFFFF
        return f"{word % 1000000:06}"


def cl(service, credentials=None):
    """A client of the root user, or with the credentials."""
    given = {}
    if credentials:
        given = dict(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
        )
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="us-east-1", **given)


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def err(call, *args, **members):
    """Code and words of the refusal, or two times nothing."""
    try:
        call(*args, **members)
        return None, None
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"].get("Message", "")


i = cl("iam")
s = cl("sts")
N = s.get_caller_identity()["Account"]
A = f"arn:aws:iam::{N}:"
i.create_user(UserName="lina")
lk = i.create_access_key(UserName="lina")["AccessKey"]
li = cl("iam", lk)
ls = cl("sts", lk)
check("caller", ls.get_caller_identity()["Arn"] == A + "user/lina")
c, m = err(li.list_users)
check("denied", c == "AccessDenied" and "no identity-based policy allows the iam:ListUsers action" in m, (c, m))


def trust(**cond):
    st = {
        "Effect": "Allow",
        "Principal": {"AWS": A + "root"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    if cond:
        st["Condition"] = cond["c"]
    return json.dumps({"Version": "2012-10-17", "Statement": [st]})


i.create_role(
    RoleName="reader",
    AssumeRolePolicyDocument=trust(c={"StringEquals": {"sts:ExternalId": "ext-42"}}),
    Description="canary-desc",
    MaxSessionDuration=7200,
    Tags=[{"Key": "team", "Value": "blue"}],
)
i.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
R = A + "role/reader"
c, m = err(ls.assume_role, RoleArn=R, RoleSessionName="s1", ExternalId="ext-42")
check("assume without permission", c == "AccessDenied", (c, m))
i.put_user_policy(
    UserName="lina",
    PolicyName="assume",
    PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
    ),
)
c, m = err(ls.assume_role, RoleArn=R, RoleSessionName="s1")
check("assume without external id", c == "AccessDenied", (c, m))
r = ls.assume_role(RoleArn=R, RoleSessionName="s1", ExternalId="ext-42", DurationSeconds=7200)
check(
    "assumed",
    r["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{N}:assumed-role/reader/s1"
    and r["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA"),
    r,
)
rc = r["Credentials"]
ri = cl("iam", rc)
check("role reads", err(ri.list_users)[0] is None, err(ri.list_users))
check("role may not write", err(ri.create_user, UserName="x")[0] == "AccessDenied")
check("identity of session", cl("sts", rc).get_caller_identity()["UserId"].endswith(":s1"))
c, m = err(ls.assume_role, RoleArn=R, RoleSessionName="s1", ExternalId="ext-42", DurationSeconds=7201)
check("too long", c == "ValidationError" and "MaxSessionDuration" in m, (c, m))
c, m = err(ls.assume_role, RoleArn=A + "role/nobody", RoleSessionName="s1")
check("no such role", c == "AccessDenied", (c, m))
r = ls.assume_role(
    RoleArn=R,
    RoleSessionName="s2",
    ExternalId="ext-42",
    Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}
    ),
)
x = cl("iam", r["Credentials"])
check(
    "session policy cuts",
    err(x.list_users)[0] == "AccessDenied" and err(x.get_user, UserName="lina")[0] is None,
    (err(x.list_users), err(x.get_user, UserName="lina")),
)
check("session policy message", "session policy" in err(x.list_users)[1], err(x.list_users))
# chain
i.create_role(
    RoleName="second",
    AssumeRolePolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": R}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
            ],
        }
    ),
    MaxSessionDuration=43200,
)
i.put_role_policy(
    RoleName="reader",
    PolicyName="chain",
    PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
    ),
)
c, m = err(cl("sts", rc).assume_role, RoleArn=A + "role/second", RoleSessionName="cc", DurationSeconds=3601)
check("chain one hour", c == "ValidationError" and "role chaining" in m, (c, m))
check(
    "chain",
    err(cl("sts", rc).assume_role, RoleArn=A + "role/second", RoleSessionName="cc")[0] is None,
    err(cl("sts", rc).assume_role, RoleArn=A + "role/second", RoleSessionName="cc"),
)
# tags, transitive
i.create_role(
    RoleName="tagged",
    AssumeRolePolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": A + "root"},
                    "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
                    "Condition": {"StringLike": {"aws:RequestTag/project": "p*"}},
                }
            ],
        }
    ),
)
i.put_role_policy(
    RoleName="tagged",
    PolicyName="own",
    PolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "iam:ListUsers",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:PrincipalTag/project": "px"}},
                },
                {"Effect": "Allow", "Action": "sts:*", "Resource": "*"},
            ],
        }
    ),
)
T = A + "role/tagged"
check(
    "tag condition",
    err(ls.assume_role, RoleArn=T, RoleSessionName="tt", Tags=[{"Key": "project", "Value": "zz"}])[0]
    == "AccessDenied",
)
r = ls.assume_role(
    RoleArn=T,
    RoleSessionName="tt",
    Tags=[{"Key": "project", "Value": "px"}],
    TransitiveTagKeys=["project"],
    SourceIdentity="lina-src",
)
check("source identity", r.get("SourceIdentity") == "lina-src", r)
check(
    "principal tag",
    err(cl("iam", r["Credentials"]).list_users)[0] is None,
    err(cl("iam", r["Credentials"]).list_users),
)
c, m = err(
    cl("sts", r["Credentials"]).assume_role, RoleArn=T, RoleSessionName="t2", Tags=[{"Key": "Project", "Value": "py"}]
)
check("transitive fixed", c in ("ValidationError", "AccessDenied"), (c, m))
c, m = err(cl("sts", r["Credentials"]).assume_role, RoleArn=T, RoleSessionName="t2", SourceIdentity="other")
check("source fixed", c == "AccessDenied", (c, m))
# MFA
d1 = i.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
otp = Totp(d1["Base32StringSeed"].decode())
now = int(time.time())
check(
    "wrong codes",
    err(
        i.enable_mfa_device,
        UserName="lina",
        SerialNumber=d1["SerialNumber"],
        AuthenticationCode1="000000",
        AuthenticationCode2="000001",
    )[0]
    == "InvalidAuthenticationCode",
)
i.enable_mfa_device(
    UserName="lina",
    SerialNumber=d1["SerialNumber"],
    AuthenticationCode1=otp.at(now - 60),
    AuthenticationCode2=otp.at(now - 30),
)
i.create_role(RoleName="mfa", AssumeRolePolicyDocument=trust(c={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
M = A + "role/mfa"
check("mfa needed", err(ls.assume_role, RoleArn=M, RoleSessionName="mm")[0] == "AccessDenied")
code = otp.at(int(time.time()))
check(
    "mfa",
    err(ls.assume_role, RoleArn=M, RoleSessionName="mm", SerialNumber=d1["SerialNumber"], TokenCode=code)[0] is None,
)
check(
    "mfa once",
    err(ls.assume_role, RoleArn=M, RoleSessionName="mm", SerialNumber=d1["SerialNumber"], TokenCode=code)[0]
    == "AccessDenied",
)
g = ls.get_session_token(DurationSeconds=900)["Credentials"]
check("session token no iam", err(cl("iam", g).get_user)[0] == "AccessDenied")
check("session token no sts", err(cl("sts", g).get_session_token)[0] == "AccessDenied")
check(
    "session token assumes",
    err(cl("sts", g).assume_role, RoleArn=R, RoleSessionName="zz", ExternalId="ext-42")[0] is None,
)
f = ls.get_federation_token(
    Name="bob",
    Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
    ),
)
check(
    "federated",
    f["FederatedUser"]["Arn"].endswith("federated-user/bob")
    and cl("sts", f["Credentials"]).get_caller_identity()["Arn"].endswith("federated-user/bob"),
    f,
)
check(
    "federated id",
    cl("sts", f["Credentials"]).get_caller_identity()["UserId"] == f"{N}:bob",
    cl("sts", f["Credentials"]).get_caller_identity(),
)
# role deleted: session ends
i.delete_role_policy(RoleName="reader", PolicyName="chain")
i.detach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
i.delete_role(RoleName="reader")
i.create_role(RoleName="reader", AssumeRolePolicyDocument=trust())
c, m = err(ri.list_users)
check("deleted role ends session", c == "InvalidClientTokenId", (c, m))
# SCP in a member account
o = cl("organizations")
o.create_organization()
root = o.list_roots()["Roots"][0]["Id"]
acc = o.create_account(AccountName="member", Email="m@example.com")["CreateAccountStatus"]["AccountId"]
ou = o.create_organizational_unit(ParentId=root, Name="prod")["OrganizationalUnit"]["Id"]
o.move_account(AccountId=acc, SourceParentId=root, DestinationParentId=ou)
mr = f"arn:aws:iam::{acc}:role/OrganizationAccountAccessRole"
mc = ls.assume_role(RoleArn=mr, RoleSessionName="adm")["Credentials"]
mi = cl("iam", mc)
check("member admin", err(mi.create_user, UserName="inside")[0] is None, err(mi.list_users))
pol = o.create_policy(
    Type="SERVICE_CONTROL_POLICY",
    Name="no-users",
    Description="",
    Content=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Sid": "NoUsers", "Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}],
        }
    ),
)["Policy"]["PolicySummary"]["Id"]
o.attach_policy(PolicyId=pol, TargetId=ou)
c, m = err(mi.create_user, UserName="inside2")
check("scp denies", c == "AccessDenied" and "service control policy" in m, (c, m))
check("root exempt", err(i.create_user, UserName="free")[0] is None)
o.close_account(AccountId=acc)
c, m = err(mi.list_users)
check("closed account", c is not None, (c, m))
# simulate
r = i.simulate_principal_policy(
    PolicySourceArn=A + "user/lina", ActionNames=["sts:AssumeRole", "iam:ListUsers"], ResourceArns=[R]
)
check("simulate", [e["EvalDecision"] for e in r["EvaluationResults"]] == ["allowed", "implicitDeny"], r)
r = i.simulate_custom_policy(
    PolicyInputList=[
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "logs:*",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"aws:SourceVpc": "v"}},
                    },
                    {"Effect": "Deny", "Action": "logs:Unmask", "Resource": "*"},
                ],
            }
        )
    ],
    ActionNames=["logs:Unmask", "logs:GetLogEvents"],
)
check(
    "simulate custom",
    [e["EvalDecision"] for e in r["EvaluationResults"]] == ["explicitDeny", "implicitDeny"]
    and r["EvaluationResults"][1]["MissingContextValues"],
    r["EvaluationResults"],
)
r = i.get_context_keys_for_custom_policy(
    PolicyInputList=[
        trust(c={"StringEquals": {"aws:SourceVpc": "v"}}).replace(
            '"Principal": {"AWS": "' + A + 'root"}, ', '"Resource":"*",'
        )
    ]
)
check("keys", r["ContextKeyNames"] == ["aws:sourcevpc"], r)
# roles that belong to a service
lr = i.create_service_linked_role(AWSServiceName="lexv2.amazonaws.com", CustomSuffix="c1")["Role"]
ln = lr["RoleName"]
check(
    "linked role",
    ln == "AWSServiceRoleForLexV2Bots_c1" and lr["Path"] == "/aws-service-role/lexv2.amazonaws.com/",
    lr,
)
check("linked twice", err(i.create_service_linked_role, AWSServiceName="lexv2.amazonaws.com", CustomSuffix="c1")[0] == "InvalidInput")
check("linked role is kept", err(i.delete_role, RoleName=ln)[0] == "UnmodifiableEntity")
check(
    "linked role's rights",
    err(i.attach_role_policy, RoleName=ln, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")[0] == "UnmodifiableEntity",
)
dt = i.delete_service_linked_role(RoleName=ln)["DeletionTaskId"]
check("linked role's end", i.get_service_linked_role_deletion_status(DeletionTaskId=dt)["Status"] == "SUCCEEDED")
check("linked role is gone", err(i.get_role, RoleName=ln)[0] == "NoSuchEntity")
check(
    "trust is about assuming",
    err(
        i.create_role,
        RoleName="odd",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": N}, "Action": "sts:GetSessionToken"}],
            }
        ),
    )[0]
    == "MalformedPolicyDocument",
)
check("a path has two slashes", "must begin and end with /" in err(i.create_user, UserName="odd", Path="odd")[1])
# trail
time.sleep(1.2)
ct = cl("cloudtrail")
ev = []
tok = None
while True:
    r = ct.lookup_events(MaxResults=10, **({"NextToken": tok} if tok else {}))
    ev += r["Events"]
    tok = r.get("NextToken")
    if not tok:
        break
ids = [e["EventId"] for e in ev]
ts = [e["EventTime"] for e in ev]
check(
    "trail pages",
    len(ids) == len(set(ids)) and ts == sorted(ts, reverse=True) and len(ids) > 60,
    (len(ids), len(set(ids))),
)
r = ct.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}])
check("trail attribute", r["Events"] and all(e["EventName"] == "AssumeRole" for e in r["Events"]))
check(
    "last used",
    i.get_access_key_last_used(AccessKeyId=lk["AccessKeyId"])["AccessKeyLastUsed"]["ServiceName"] == "sts",
    i.get_access_key_last_used(AccessKeyId=lk["AccessKeyId"]),
)
allj = json.dumps([e["CloudTrailEvent"] for e in ev])
check("no canary in trail", "canary" not in allj and "lina-src" not in allj)
sys.exit(1 if bad else 0)
