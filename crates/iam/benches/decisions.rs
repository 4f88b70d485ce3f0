//! How many decisions a second does one core make, with 10 policies and with 1,000?
//!
//! `cargo bench -p sotto-iam`. Each line is the best of several rounds over a mix of requests, half of them allowed. The sets: ten
//! ordinary policies of a user; a thousand that speak of many services; a thousand that all speak of the very action asked for,
//! on a thousand resources, which no index of actions helps with.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints what it measured, and may fail loudly"
)]

use sotto_arn::{AccountId, Action, Partition, PrincipalArn};
use sotto_iam::{
    Attached, Context, Guardrails, Level, Policies, Policy, PolicyKind, PolicySet, Principal, Request,
    Resource, evaluate,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(400);
const SERVICES: &[&str] = &["s3", "sqs", "sns", "kms", "logs", "ec2", "lambda", "dynamodb", "states", "lex"];

fn service(index: usize) -> &'static str {
    SERVICES.iter().cycle().nth(index % SERVICES.len()).unwrap()
}

fn policy(statement: &str, kind: PolicyKind) -> Policy {
    Policy::parse(&format!("{{\"Version\":\"2012-10-17\",\"Statement\":{statement}}}"), kind).unwrap()
}

fn set(statements: impl Iterator<Item = String>) -> Arc<PolicySet> {
    Arc::new(statements.map(|text| Attached::inline("p", policy(&text, PolicyKind::Identity))).collect())
}

fn ordinary(index: usize) -> String {
    let service = service(index);
    let condition = match index % 3 {
        0 => ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"true\"}}",
        1 => ",\"Condition\":{\"StringEquals\":{\"aws:RequestedRegion\":[\"eu-central-1\",\"eu-west-1\"]}}",
        _ => "",
    };
    format!(
        "[{{\"Effect\":\"Allow\",\"Action\":[\"{service}:Get*\",\"{service}:Put{index}\"],\"Resource\":\"arn:aws:{service}:::r{index}/${{aws:username}}/*\"{condition}}},\
          {{\"Effect\":\"Deny\",\"Action\":\"{service}:Delete*\",\"Resource\":\"*\"}}]"
    )
}

fn one_action(index: usize) -> String {
    format!("{{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::r{index}/*\"}}")
}

fn request(service: &str, number: usize) -> Request {
    let arn = PrincipalArn::parse("arn:aws:iam::111122223333:user/Ana").unwrap();
    let context = Context::new()
        .with("aws:SecureTransport", true)
        .with("aws:RequestedRegion", "eu-central-1")
        .with("aws:SourceIp", "203.0.113.9");
    let resource = Resource::new(&format!("arn:aws:{service}:::r{number}/Ana/object-{number}"));
    Request::new(
        Principal::user(&arn).unwrap(),
        Action::parse(&format!("{service}:GetObject")).unwrap(),
        resource,
        context,
    )
}

/// Decisions a second, and the share that is allowed.
fn measure(policies: &Policies, requests: &[Request]) -> (f64, f64) {
    let allowed = requests.iter().filter(|request| evaluate(policies, request).is_allowed()).count();
    let best = (0..ROUNDS).map(|_| round(policies, requests)).fold(0.0, f64::max);
    (best, allowed as f64 / requests.len() as f64)
}

fn round(policies: &Policies, requests: &[Request]) -> f64 {
    let (start, mut count) = (Instant::now(), 0_u32);
    while start.elapsed() < ROUND {
        for request in requests {
            black_box(evaluate(black_box(policies), black_box(request)));
        }
        count += u32::try_from(requests.len()).unwrap();
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn guarded(policies: &Policies) -> Policies {
    let full = policy("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}", PolicyKind::Scp);
    let level =
        |name| Level::new(name, Arc::new(PolicySet::of(Attached::inline("FullAWSAccess", full.clone()))));
    let scps = Guardrails {
        levels: vec![level("r-ab12"), level("ou-ab12-1"), level("111122223333")],
        management: false,
    };
    Policies { scps, ..policies.clone() }
}

fn main() {
    let with = |set| Policies { identity: vec![set], ..Policies::default() };
    let mixed = |policies: usize| {
        let ask = |number: usize| {
            request(
                service(number),
                if number.is_multiple_of(2) { number % policies } else { policies + number },
            )
        };
        (0..64).map(ask).collect::<Vec<_>>()
    };
    let same = (0..64).map(|number| request("s3", number * 31)).collect::<Vec<_>>();
    let ten = with(set((0..10).map(ordinary)));
    let thousand = with(set((0..1_000).map(ordinary)));
    let rows = [
        ("10 policies", ten.clone(), mixed(10)),
        ("10 policies, 3 levels of SCPs", guarded(&ten), mixed(10)),
        ("1,000 policies", thousand, mixed(1_000)),
        ("1,000 policies on one action", with(set((0..1_000).map(one_action))), same),
    ];
    for (name, policies, requests) in rows {
        let (rate, allowed) = measure(&policies, &requests);
        println!("{name:<32} {rate:>12.0} decisions/s, {:.0} % allowed", allowed * 100.0);
    }
    let root = Principal::root(Partition::Aws, &AccountId::parse("111122223333").unwrap());
    black_box(root);
}
