//! Do requests of real services find their operation, decode with the right leaves, and fail in AWS's words?

use crate::cases::{public, raw};
use sotto_aws_model::Protocol;
use sotto_sensitive::RawBytes;
use sotto_wire::sigv4::{Claim, Credentials, Purpose, sign};
use sotto_wire::{Call, Common, Fault, Head, Input, Method, Output, Target, decode, encode, route};
use std::time::{Duration, UNIX_EPOCH};

struct Asked {
    call: Call,
    head: Head,
    body: RawBytes,
}

fn asked(service: &'static str, target: &str, headers: &[(&str, &str)], body: &str) -> Asked {
    let (method, target) = target.split_once(' ').unwrap();
    let mut head = Head::new(Method::parse(method).unwrap(), target.as_bytes()).unwrap();
    head.push(b"Host", b"localhost").unwrap();
    for (name, value) in headers {
        head.push(name.as_bytes(), value.as_bytes()).unwrap();
    }
    let body = RawBytes::new(body.as_bytes().to_vec());
    let who = Credentials { access_key: public("AKIDEXAMPLE"), secret: raw("secret"), token: None };
    let now = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let purpose = Purpose { region: "eu-central-1".into(), service: service.into(), now };
    sign(&mut head, &body, &who, &purpose).unwrap();
    let claim = Claim::read(&head).unwrap();
    Asked { call: route(&head, Some(&claim), &body), head, body }
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");

fn query(service: &'static str, body: &str) -> Asked {
    asked(service, "POST /", &[FORM], body)
}

fn json(service: &'static str, target: &str, body: &str) -> Asked {
    let headers = [("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-1.1")];
    asked(service, "POST /", &headers, body)
}

impl Asked {
    fn decoded(self) -> Result<Input, Fault> {
        decode(&self.call, &self.head, self.body)
    }

    fn named(&self) -> (Option<&str>, Option<&str>) {
        (self.call.prefix(), self.call.operation_name())
    }
}

#[test]
fn requests_find_their_operation() {
    let name = |asked: &Asked| {
        let (prefix, operation) = asked.named();
        format!("{}:{}", prefix.unwrap_or("-"), operation.unwrap_or("-"))
    };
    let rest = |service, target| asked(service, target, &[], "");
    let cases = [
        (query("iam", "Action=CreateUser&Version=2010-05-08"), "iam:CreateUser"),
        (query("sts", "Action=GetCallerIdentity&Version=2011-06-15"), "sts:GetCallerIdentity"),
        (asked("sts", "GET /?Action=GetCallerIdentity&Version=2011-06-15", &[], ""), "sts:GetCallerIdentity"),
        (json("logs", "Logs_20140328.PutLogEvents", "{}"), "logs:PutLogEvents"),
        (json("monitoring", "GraniteServiceVersion20100801.PutMetricData", "{}"), "cloudwatch:PutMetricData"),
        (json("dynamodb", "DynamoDB_20120810.GetItem", "{}"), "dynamodb:GetItem"),
        (query("ec2", "Action=RunInstances&Version=2016-11-15"), "ec2:RunInstances"),
        (rest("lambda", "POST /2015-03-31/functions/f/invocations"), "lambda:Invoke"),
        (rest("lambda", "GET /2015-03-31/functions"), "lambda:ListFunctions"),
        (rest("lex", "GET /bots/B/botaliases/A"), "lex:DescribeBotAlias"),
        (rest("lex", "POST /bots/B/botAliases/A/botLocales/en_US/sessions/S/text"), "lex:RecognizeText"),
        (rest("s3", "GET /bucket"), "s3:ListObjects"),
        (rest("s3", "GET /bucket?list-type=2"), "s3:ListObjectsV2"),
        (rest("s3", "GET /bucket?tagging"), "s3:GetBucketTagging"),
        (rest("s3", "PUT /bucket/a/b/c"), "s3:PutObject"),
        (rest("s3", "PUT /bucket/key?partNumber=1&uploadId=2"), "s3:UploadPart"),
        (asked("s3", "PUT /bucket/key", &[("x-amz-copy-source", "/a/b")], ""), "s3:CopyObject"),
        (rest("s3", "GET /"), "s3:ListBuckets"),
        // The scope decides: another service's target is none of its operations.
        (json("iam", "Logs_20140328.PutLogEvents", "{}"), "iam:-"),
        (query("iam", "Action=NoSuchOperation"), "iam:-"),
        (rest("eks", "GET /clusters"), "eks:-"),
        (query("nosuchservice", "Action=CreateUser"), "-:-"),
    ];
    for (asked, expected) in &cases {
        assert_eq!(name(asked), *expected);
    }
}

#[test]
fn the_path_of_rpc_v2_names_the_operation() {
    let path = "POST /service/GraniteServiceVersion20100801/operation/ListMetrics";
    let found = asked("monitoring", path, &[("smithy-protocol", "rpc-v2-cbor")], "");
    assert_eq!(found.named(), (Some("cloudwatch"), Some("ListMetrics")));
    assert_eq!(found.call.protocol(), Protocol::RpcV2Cbor);
}

#[test]
fn an_unsigned_request_is_one_of_those_that_come_unsigned() {
    let unsigned = |body: &str| {
        let mut head = Head::new(Method::Post, b"/").unwrap();
        head.push(FORM.0.as_bytes(), FORM.1.as_bytes()).unwrap();
        route(&head, None, &RawBytes::new(body.as_bytes().to_vec()))
    };
    let call = unsigned("Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
    assert!(call.is_unsigned());
    let call = unsigned("Action=AssumeRole&Version=2011-06-15");
    assert!(!call.is_unsigned() && !matches!(call.target(), Target::Modelled { .. }));
}

#[test]
fn leaves_are_public_or_raw_as_the_capture_list_says() {
    let body = "Action=CreateUser&UserName=alice&Path=%2Fa%2F&Tags.member.1.Key=team&Tags.member.1.Value=canary+4111";
    let mut input = query("iam", body).decoded().unwrap();
    assert_eq!(input.public("UserName").unwrap().get(), "alice");
    assert!(!format!("{input:?}").contains("4111"));
    let tag = input.list("Tags").next().unwrap();
    assert_eq!((tag.public("Key").unwrap().get().as_str(), tag.public("Value")), ("team", None));
    let mut tags = input.take_list("Tags");
    assert_eq!(tags[0].take_raw("Value").unwrap().expose(), "canary 4111");
    let events =
        r#"{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"canary"}]}"#;
    let input = json("logs", "Logs_20140328.PutLogEvents", events).decoded().unwrap();
    let event = input.list("logEvents").next().unwrap();
    assert_eq!((event.integer("timestamp"), event.public("message")), (Some(1), None));
    assert_eq!(event.raw("message").unwrap().expose(), "canary");
}

fn refused(asked: Asked) -> (String, String) {
    let protocol = asked.call.protocol();
    let fault = asked.decoded().unwrap_err();
    (fault.code(protocol).to_owned(), fault.message().to_string())
}

#[test]
fn validation_speaks_as_aws_does_and_repeats_no_text() {
    let value = "failed to satisfy constraint: Member must";
    let cases = [
        (query("iam", "Action=CreateUser"), "ValidationError", "Value null at 'userName'", "not be null"),
        (
            query("iam", "Action=CreateUser&UserName=canary%204111"),
            "ValidationError",
            "Value at 'userName'",
            "satisfy regular expression pattern: [\\w+=,.@-]+",
        ),
        (
            query("iam", "Action=ListUsers&MaxItems=0"),
            "ValidationError",
            "Value '0' at 'maxItems'",
            "have value greater than or equal to 1",
        ),
        (
            query("iam", "Action=UpdateAccessKey&AccessKeyId=AKIDEXAMPLEEXAMPLE&Status=canary"),
            "ValidationError",
            "Value at 'status'",
            "satisfy enum value set: [Active, Inactive, Expired]",
        ),
        (
            json("logs", "Logs_20140328.CreateLogGroup", "{\"logGroupName\":\"canary 4111\"}"),
            "InvalidParameterException",
            "Value at 'logGroupName'",
            "satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        ),
    ];
    for (asked, code, place, constraint) in cases {
        let expected = format!("1 validation error detected: {place} {value} {constraint}");
        assert_eq!(refused(asked), (code.to_owned(), expected));
    }
    let long = "a".repeat(65);
    let (_, words) = refused(query("iam", &format!("Action=CreateUser&UserName={long}&Path=x")));
    assert!(words.starts_with("2 validation errors detected: ") && !words.contains(&long), "{words}");
    assert!(query("iam", &format!("Action=CreateUser&UserName={}", "a".repeat(64))).decoded().is_ok());
}

#[test]
fn what_cannot_be_read_is_answered_without_its_text() {
    let target = "Logs_20140328.PutLogEvents";
    for body in ["{\"canary4111", "[\"canary4111\"]", "{\"logGroupName\": {\"canary4111\": 1}}", "canary4111"]
    {
        let (code, words) = refused(json("logs", target, body));
        assert_eq!(code, "SerializationException");
        assert!(!words.contains("canary"), "{words}");
    }
    let deep = format!("{{\"x\":{}", "[".repeat(200));
    assert!(refused(json("logs", target, &deep)).1.contains("128"));
}

#[test]
fn errors_take_the_form_of_their_protocol() {
    let text = |call: &Call, fault: Fault| {
        let answer = encode(call, &public("id-1"), Err(fault));
        (answer.status, String::from_utf8(answer.body).unwrap(), format!("{:?}", answer.headers))
    };
    let iam = query("iam", "Action=GetUser").call;
    let (status, body, headers) = text(&iam, Fault::new("NoSuchEntity", "The user is not there."));
    assert_eq!(status, 404);
    assert!(body.contains("<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The user is not there.</Message></Error><RequestId>id-1</RequestId>"), "{body}");
    assert!(headers.contains("x-amzn-requestid"));
    let logs = json("logs", "Logs_20140328.PutLogEvents", "{}").call;
    let (status, body, _) = text(&logs, Fault::new("ResourceNotFoundException", "No such group."));
    assert_eq!(
        (status, &*body),
        (400, r#"{"__type":"ResourceNotFoundException","message":"No such group."}"#)
    );
    let (status, body, headers) = text(
        &json("monitoring", "GraniteServiceVersion20100801.PutMetricData", "{}").call,
        Fault::common(Common::AccessDenied, "no"),
    );
    assert_eq!((status, &*body), (400, r#"{"__type":"AccessDeniedException","message":"no"}"#));
    let value = format!("{:?}", b"AccessDenied;Sender".to_vec());
    assert!(headers.contains("x-amzn-query-error") && headers.contains(&value), "{headers}");
    let s3 = asked("s3", "GET /bucket", &[], "").call;
    let (status, body, _) = text(&s3, Fault::common(Common::AccessDenied, "no <a>"));
    assert_eq!(status, 403);
    assert!(body.ends_with("<Error><Code>AccessDenied</Code><Message>no &lt;a&gt;</Message><RequestId>id-1</RequestId></Error>"), "{body}");
}

#[test]
fn a_member_that_the_operation_does_not_have_is_our_mistake() {
    let call = query("sts", "Action=GetCallerIdentity").call;
    let id = public("id-1");
    let right = Output::new().with("Account", "123456789012").with("Arn", "arn:aws:iam::123456789012:root");
    let answer = encode(&call, &id, Ok(right));
    assert_eq!(answer.status, 200);
    assert!(
        String::from_utf8(answer.body)
            .unwrap()
            .contains("<GetCallerIdentityResult><Account>123456789012</Account>")
    );
    let answer = encode(&call, &id, Ok(Output::new().with("Acount", "123456789012")));
    assert_eq!(answer.status, 500);
}

fn zipped(plain: &[u8]) -> RawBytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, plain).unwrap();
    RawBytes::new(encoder.finish().unwrap())
}

#[test]
fn metrics_may_come_compressed_and_unfold_within_a_bound() {
    let target =
        [("X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData"), ("Content-Encoding", "gzip")];
    let asked = |body: &[u8]| Asked { body: zipped(body), ..asked("monitoring", "POST /", &target, "") };
    let input =
        asked(br#"{"Namespace":"a/b","MetricData":[{"MetricName":"m","Value":1.5}]}"#).decoded().unwrap();
    assert_eq!(input.list("MetricData").next().unwrap().float("Value"), Some(1.5));
    let blanks = |count: usize| [vec![b' '; count], br#"{"Namespace":"a"}"#.to_vec()].concat();
    assert!(asked(&blanks(7 << 20)).decoded().is_ok());
    assert!(asked(&blanks(9 << 20)).decoded().is_err());
}
