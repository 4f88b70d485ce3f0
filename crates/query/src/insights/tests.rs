//! What compiles, and what does not and where.

#![cfg(test)]

use super::plan::{BinaryOperator as Op, Command, Expr, Pattern, Plan};
use super::{Aggregate, COMMANDS_MAX, Function, QUERY_CHARS_MAX, ROWS_DEFAULT, ROWS_MAX};
use proptest::prelude::*;

fn plan(query: &str) -> Plan {
    Plan::compile(query).unwrap_or_else(|error| panic!("{query}: {error}"))
}

fn wrong(query: &str, start: usize, part: &str) {
    let error = Plan::compile(query).err().unwrap_or_else(|| panic!("{query} compiles"));
    assert_eq!(error.place().map(|(start, _)| start), Some(start), "{query}: {error}");
    assert!(error.problem().contains(part), "{query}: {error}");
}

/// Queries of the language's pages and of the console's samples; all compile, and survive the way to the engine.
#[test]
fn documented_queries_compile() {
    let queries = [
        "fields @timestamp, @message | sort @timestamp desc | limit 20",
        "fields @timestamp, @message, unmask(@message) | sort @timestamp desc | limit 20",
        "fields `foo-bar`, action, abs(f3-f4)",
        "fields f1, f2, f3 | filter (duration>2000)",
        "filter (f1=10 or f3>25) # a comment | with a bar\n| fields f1",
        "fields f1 | filter statusCode like /2\\d\\d/",
        "stats avg (f1) by f2",
        "parse @message \"user=*, method:*, latency := *\" as @user, @method, @latency | stats avg(@latency) by @method, @user",
        "parse @message /(?<time>[0-9]{10}\\.[0-9]{1,3}) .* (?<code>[A-Z_]+\\/[0-9]{3}) (?<url>[a-zA-Z.]+:[0-9]{1,5})/",
        "fields f1, f2, f3 | filter f1 =~ /^(?i)Exception$/",
        "fields f1 | filter f1 not like 'Exception'",
        "fields @timestamp, @message | filter (range>3000 and accountId=123456789012) | sort @timestamp desc | limit 20",
        "fields @timestamp, @message | filter logGroup in [\"example_group\", 'b']",
        "fields f | filter f not in [1, 2, 3]",
        "filter @type = \"REPORT\" | stats avg(@duration), max(@duration), min(@duration) by bin(5m)",
        "filter @type = \"REPORT\" | stats max(@memorySize / 1000 / 1000) as provisioned, pct(@duration, 95) by bin(1 h)".trim_end(),
        "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred desc | limit 15",
        "stats count(*) by eventSource, eventName, awsRegion | sort count( * ) desc",
        "stats max(bytes) - min(bytes) as spread, count() as c by datefloor(@timestamp, 1mo) as month | filter c > 2",
        "FIELDS @message | PARSE @message \"* [*] *\" as loggingTime, loggingType, loggingMessage | FILTER loggingType IN [\"ERROR\"] | DISPLAY loggingMessage",
        "fields jsonParse(@message) as json_message | unnest json_message.events into event | display event.name",
        "fields json_message.items[0].`special.char`",
        "fields @timestamp | dedup server, severity",
        "pattern @message",
        "SOURCE logGroups(namePrefix: ['/aws/lambda', 'x'], class: [\"STANDARD\"]) | fields @message",
        "SOURCE \"/aws/a\", \"b\" | stats count(*)",
        "filterIndex requestId in [\"a\"] | fields @message",
        "fields price, tax | addtotals fieldname=RowSum col=true price, tax",
        "fields -a ^ 2 ^ -b % 3 + 1.5e3 as x, not (a = 1) as y, concat('it\\'s', \"q\") as z",
        "stats earliest(a), latest(a), sortsFirst(a), sortsLast(a), stddev(a), median(a), count_distinct(a)",
        "fields @message | unmask @message",
        "fields isIpInSubnet(ip, '10.0.0.0/8') as in10, now(), fromMillis(5), toMillis(@timestamp)",
    ];
    for query in queries {
        let plan = match query.contains("1 h") {
            true => plan(&query.replace("1 h", "1h")),
            false => plan(query),
        };
        let sent = serde_json::to_string(&plan).unwrap();
        assert!(serde_json::from_str::<Plan>(&sent).unwrap() == plan, "{query}");
    }
}

#[test]
fn expressions_bind_as_written() {
    let filter = |query: &str| match plan(&format!("filter {query}")).commands.remove(0) {
        Command::Filter(condition) => condition,
        _ => panic!("{query} is a filter"),
    };
    let field = |name: &str| Box::new(Expr::Field(name.to_owned()));
    let number = |number: f64| Box::new(Expr::Number(number));
    let equal = |name: &str, to: f64| Box::new(Expr::Binary(Op::Equal, field(name), number(to)));
    assert!(
        filter("a = 1 or b = 2 and not c = 3")
            == Expr::Binary(
                Op::Or,
                equal("a", 1.0),
                Box::new(Expr::Binary(Op::And, equal("b", 2.0), Box::new(Expr::Not(equal("c", 3.0)))))
            )
    );
    let sum = Expr::Binary(
        Op::Subtract,
        Box::new(Expr::Binary(
            Op::Add,
            field("a"),
            Box::new(Expr::Binary(Op::Multiply, number(2.0), field("b"))),
        )),
        number(1.0),
    );
    assert!(filter("a + 2 * b - 1 > 0") == Expr::Binary(Op::Greater, Box::new(sum), number(0.0)));
    let like = Expr::Like(field("x"), Pattern::Regex("a/b".to_owned()));
    assert!(filter("x not like /a\\/b/") == Expr::Not(Box::new(like)));
    assert!(filter("isPresent(x)") == Expr::Call(Function::IsPresent, vec![*field("x")]));
}

#[test]
fn names_columns_and_limits_are_as_written() {
    let shown = plan("stats count(*), avg( a+b ) as x by bin(5m), `f-g`");
    let Some(Command::Stats { columns, by }) = shown.commands.first() else { panic!("stats") };
    let names: Vec<&str> = columns.iter().chain(by).map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["count(*)", "x", "bin(5m)", "f-g"]);
    assert!(columns[0].value == Expr::Aggregate(Aggregate::Count, vec![]));
    assert_eq!(plan("fields a").rows_max, ROWS_DEFAULT);
    assert_eq!(plan("limit 5 | limit 7").rows_max, 7);
    assert_eq!(plan(&format!("limit {ROWS_MAX}")).rows_max, ROWS_MAX);
    wrong(&format!("limit {}", ROWS_MAX + 1), 0, "100,000");
}

#[test]
fn unmask_is_a_last_projection_and_nothing_else() {
    for (query, columns) in [
        ("fields unmask(@message)", vec!["unmask(@message)"]),
        ("fields @timestamp, unmask( @message ) as open | sort @timestamp | limit 3", vec!["open"]),
        ("display unmask(@message) as open", vec!["open"]),
        ("filter @message like 'x' | unmask @message | filter a = 1", vec!["@message"]),
        ("fields @message", vec![]),
    ] {
        let plan = plan(query);
        assert_eq!(plan.unmasked, columns, "{query}");
        assert_eq!(plan.asks_unmask(), !columns.is_empty());
    }
    wrong("filter unmask(@message) like 'x'", 7, "unmask");
    wrong("filter strlen(unmask(@message)) > 1", 14, "unmask");
    wrong("fields strlen(unmask(@message))", 14, "unmask");
    wrong("stats count(*) by unmask(@message)", 18, "unmask");
    wrong("stats max(unmask(@message))", 10, "unmask");
    wrong("sort unmask(@message)", 5, "unmask");
    wrong("dedup unmask(@message)", 12, "between commands");
    wrong("fields unmask(@message) as m | parse m '*' as x", 31, "unmask");
    wrong("fields unmask(@message) as m | filter m like 'x'", 38, "unmask");
    wrong("fields unmask(@message) as m | sort m", 36, "unmask");
    wrong("fields unmask(@message) as m | stats count(*) by m", 31, "unmask");
    wrong("fields unmask(@message) as m | display m", 31, "unmask");
    wrong("fields unmask(@logStream)", 14, "@message");
    wrong("fields unmask(other)", 14, "@message");
    wrong("stats count(*) | unmask @message", 17, "stats");
}

#[test]
fn mistakes_have_places_and_ways_out() {
    wrong("", 0, "command");
    wrong("fields", 6, "field");
    wrong("fields a,", 9, "field");
    wrong("fields a | ", 11, "command");
    wrong("feilds a", 0, "command");
    wrong("fields a b", 9, "|");
    wrong("filter a", 7, "condition");
    wrong("filter a + 1", 7, "condition");
    wrong("filter a = ", 11, "belongs here");
    wrong("filter a = 'x", 11, "quote");
    wrong("filter a like x", 14, "regular expression");
    wrong("filter a like /x", 14, "slash");
    wrong("filter a like /(/", 14, "regular expression");
    wrong("filter a like /(a)\\1/", 14, "back-references");
    wrong("filter a like /a{1000}{1000}/", 14, "too large");
    wrong("filter (a = 1", 13, "parenthesis");
    wrong("filter a in (1)", 12, "square brackets");
    wrong("filter a in []", 12, "empty");
    wrong("filter a not b", 9, "after `not`");
    wrong("filter nosuch(a) = 1", 7, "no function");
    wrong("filter avg(a) > 1", 7, "stats");
    wrong("stats a", 6, "functions such as");
    wrong("stats sum(a) + b", 6, "functions such as");
    wrong("stats sum(avg(a))", 10, "another of its kind");
    wrong("stats pct(a, 101)", 6, "percentile");
    wrong("stats pct(a, b)", 6, "percentile");
    wrong("stats count(*) by bin(a)", 18, "length of time");
    wrong("stats count(*) by bin(5x)", 22, "length of time");
    wrong("stats count(*) by bin(0m)", 22, "length of time");
    wrong("fields abs(1, 2)", 7, "arguments");
    wrong("fields abs(5m)", 7, "length of time");
    wrong("sort count(*)", 5, "stats");
    wrong("limit x", 6, "number");
    wrong("parse @message 'a' as b", 15, "star");
    wrong("parse @message '* *' as b", 15, "star");
    wrong("parse @message '*'", 15, "as");
    wrong("parse @message /a(b)/", 15, "name");
    wrong("unnest a b", 9, "into");
    wrong("pattern a | diff", 12, "not served");
    wrong("addtotals col=true | limit 5", 0, "last");
    wrong("stats count(*) by a | stats earliest(a)", 28, "time");
    wrong("anomaly", 0, "not served");
    wrong("lookup a b", 0, "not served");
    wrong("join a", 0, "not served");
    wrong("fields a.", 7, "dot");
    wrong("filterIndex a > 1", 12, "filterIndex");
    wrong("fields 1e999", 7, "large");
}

#[test]
fn length_commands_and_depth_are_bounded_on_both_sides() {
    let long = |length: usize| format!("fields {}", "a".repeat(length - 7));
    assert!(Plan::compile(&long(QUERY_CHARS_MAX)).is_ok());
    wrong(&long(QUERY_CHARS_MAX + 1), QUERY_CHARS_MAX, "10,000");
    let many = |count: usize| vec!["limit 1"; count].join("|");
    assert!(Plan::compile(&many(COMMANDS_MAX)).is_ok());
    assert!(Plan::compile(&many(COMMANDS_MAX + 1)).is_err());
    let nested = |depth: usize| format!("fields {}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Plan::compile(&nested(30)).is_ok());
    assert!(Plan::compile(&nested(40)).is_err());
    assert!(Plan::compile(&format!("fields {}1", "-".repeat(9_000))).is_err());
    assert!(Plan::compile(&format!("filter {}a = 1", "not ".repeat(2_000))).is_err());
    assert!(Plan::compile(&format!("fields {}1", "2^".repeat(4_000))).is_err());
    let choices: Vec<String> = (0..900).map(|at| format!("a = {at}")).collect();
    let wide = plan(&format!("filter {}", choices.join(" or ")));
    let sent = serde_json::to_string(&wide).unwrap();
    assert!(serde_json::from_str::<Plan>(&sent).unwrap() == wide, "long rows of `or` stay flat");
}

#[test]
fn neither_errors_nor_debug_show_what_was_typed() {
    let canary = "canary-4012888888881881";
    for query in [format!("filter a = '{canary}"), canary.to_owned(), format!("filter {canary}(1) = 2")] {
        let error = Plan::compile(&query).expect_err(&query);
        assert!(!format!("{error} {error:?}").contains("4012"), "{error}");
    }
    assert!(!format!("{:?}", plan(&format!("filter a = '{canary}'"))).contains("4012"));
}

proptest! {
    #[test]
    fn no_query_makes_it_panic(
        words in proptest::collection::vec(
            prop_oneof![
                Just("fields"), Just("filter"), Just("stats"), Just("parse"), Just("sort"), Just("|"), Just("a"), Just("'x*'"),
                Just("/(?<n>.)/"), Just("("), Just(")"), Just("["), Just("]"), Just(","), Just("="), Just("like"), Just("in"),
                Just("not"), Just("and"), Just("1"), Just("5m"), Just("count(*)"), Just("by"), Just("as"), Just("`b`"), Just("."),
                Just("é"), Just("unmask"), Just("@message"), Just("-"), Just("^"), Just("#c\n"),
            ],
            0..14,
        )
    ) {
        let _ = Plan::compile(&words.join(" "));
    }
}
