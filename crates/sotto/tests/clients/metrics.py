"""Metrics as boto3 sees them: put, listed by dimensions, read by period, worked with; and what is refused.

Usage: metrics.py ENDPOINT. Prints what is not as documented; the exit status is 1 then. Values are invented.
"""

import datetime, sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
CARD = "4929573829184403"
bad = 0
config = Config(retries={"max_attempts": 0})
given = dict(endpoint_url=ENDPOINT, region_name="eu-central-1", config=config)
watch, logs = boto3.client("cloudwatch", **given), boto3.client("logs", **given)


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def err(call, **members):
    try:
        call(**members)
        return None, ""
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"].get("Message", "")


start = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0) - datetime.timedelta(minutes=30)
minute = lambda n: start + datetime.timedelta(minutes=n)
server = lambda name: [dict(Name="Server", Value=name), dict(Name="Zone", Value="z")]
data = [dict(MetricName="Latency", Dimensions=server("a"), Timestamp=minute(n), Value=float(n), Unit="Milliseconds") for n in (0, 1, 3)]
data += [dict(MetricName="Latency", Dimensions=server("b"), Timestamp=minute(n), Values=[1.0, 3.0], Counts=[1.0, 2.0]) for n in range(4)]
data += [dict(MetricName="Load", Timestamp=minute(0), StatisticValues=dict(SampleCount=4, Sum=10, Minimum=1, Maximum=4))]
watch.put_metric_data(Namespace="App", MetricData=data)

# Refusals.
code, words = err(watch.put_metric_data, Namespace="AWS/Logs", MetricData=data[:1])
check("a namespace of a service", code == "InvalidParameterValue" and "AWS/" in words, (code, words))
code, words = err(watch.put_metric_data, Namespace="App", MetricData=[dict(MetricName="m", Dimensions=server(CARD), Value=1)])
check("a dimension that holds a value", code == "InvalidParameterValue" and "CreditCardNumber" in words and CARD not in words, (code, words))
for wrong in (dict(Value=1, Values=[1.0]), dict(), dict(Value=1, Timestamp=start - datetime.timedelta(days=15)), dict(Values=[1.0], Counts=[1.0, 2.0])):
    check("a datum that is none", err(watch.put_metric_data, Namespace="App", MetricData=[dict(MetricName="m", **wrong)])[0] == "InvalidParameterValue", wrong)
alarm = dict(AlarmName="a", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Threshold=1, MetricName="m", Namespace="App", Period=60, Statistic="Sum")
texts = {err(watch.put_metric_alarm, **alarm), err(watch.put_dashboard, DashboardName="d", DashboardBody="{}"), err(watch.describe_alarms)}
check("what is not served has one text", len(texts) == 1 and None not in {code for code, _ in texts}, texts)

# Lists.
names = lambda **members: sorted((one["MetricName"], len(one["Dimensions"])) for one in watch.list_metrics(**members)["Metrics"])
check("all of a namespace", names(Namespace="App") == [("Latency", 2), ("Latency", 2), ("Load", 0)], names(Namespace="App"))
check("by a dimension", len(names(Namespace="App", Dimensions=[dict(Name="Server", Value="a")])) == 1)
check("by the name of a dimension", len(names(Dimensions=[dict(Name="Server")])) == 2)
check("by two", len(names(Dimensions=[dict(Name="Server", Value="b"), dict(Name="Zone", Value="z")])) == 1)
check("by another value", names(Dimensions=[dict(Name="Server", Value="c")]) == [])


def read(queries, **more):
    found = watch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=minute(5), ScanBy="TimestampAscending", **more)
    return {one["Id"] + "/" + one["Label"]: [(int((at - start).total_seconds() // 60), value) for at, value in zip(one["Timestamps"], one["Values"])] for one in found["MetricDataResults"]}


def metric(id, name, stat, period=60, **more):
    return dict(Id=id, MetricStat=dict(Metric=dict(Namespace="App", MetricName="Latency", Dimensions=server(name)), Period=period, Stat=stat), **more)


one, other = metric("m1", "a", "Sum"), metric("m2", "b", "Average", ReturnData=False)
check("a series", read([one]) == {"m1/Latency": [(0, 0.0), (1, 1.0), (3, 3.0)]}, read([one]))
check("a label", list(read([{**one, "Label": "mine"}])) == ["m1/mine"])
check("a label that holds a value", list(read([{**one, "Label": f"card {CARD}"}])) == ["m1/card " + "*" * 16])
check("statistics of values with counts", read([metric("m2", "b", "Sum"), metric("m3", "b", "SampleCount")]) == {
    "m2/Latency": [(n, 7.0) for n in range(4)], "m3/Latency": [(n, 3.0) for n in range(4)]})
check("longer periods", sum(value for _, value in read([metric("m2", "b", "Maximum", 300)])["m2/Latency"]) in (3.0, 6.0))
expression = lambda text, id="e1", **more: dict(Id=id, Expression=text, **more)
check("an expression", read([expression("m1 + 1"), {**one, "ReturnData": False}]) == {"e1/e1": [(0, 1.0), (1, 2.0), (3, 4.0)]})
check("expressions of expressions", read([expression("e2 * 2"), expression("FILL(m1, 5)", "e2", ReturnData=False), {**one, "ReturnData": False}])
      == {"e1/e1": [(0, 0.0), (1, 2.0), (2, 10.0), (3, 6.0), (4, 10.0)]}, read([expression("e2 * 2"), expression("FILL(m1, 5)", "e2"), one]))
check("all metrics", read([expression("MAX(METRICS())"), {**one, "ReturnData": False}, other])["e1/e1"][0] == (0, 7.0 / 3.0))
check("several results", sorted(read([expression("METRICS() * 0"), one, other])) == ["e1/Latency", "m1/Latency"])
for text, part in (("m1 +", "character 5"), ("canary(m1)", "character 1"), ("SEARCH('x', 'Sum')", "SEARCH is not available"), ("m9 + 1", "does not define"),
                   ("e1 + 1", "does not define"), ("SUM(m1)", "TIME_SERIES")):
    code, words = err(watch.get_metric_data, MetricDataQueries=[expression(text), one], StartTime=start, EndTime=minute(5))
    check("an expression that has no result", code == "InvalidParameterValue" and part in words and "canary" not in words, (text, words))
# In pages: each point once, in order.
asked = dict(MetricDataQueries=[metric("m1", "a", "Sum"), metric("m2", "b", "Sum")], StartTime=start, EndTime=minute(5), ScanBy="TimestampAscending")
whole = {one["Id"]: list(zip(one["Timestamps"], one["Values"])) for one in watch.get_metric_data(**asked)["MetricDataResults"]}
pages, came = list(watch.get_paginator("get_metric_data").paginate(**asked, MaxDatapoints=2)), {}
for page in pages:
    for one in page["MetricDataResults"]:
        came.setdefault(one["Id"], []).extend(zip(one["Timestamps"], one["Values"]))
sizes = [sum(len(one["Values"]) for one in page["MetricDataResults"]) for page in pages]
check("pages of data", came == whole and len(pages) > 2 and all(size <= 2 for size in sizes), (sizes, came, whole))
check("a part says that it is one", any(one["StatusCode"] == "PartialData" for one in pages[0]["MetricDataResults"]), pages[0])
check("a token that is none", err(watch.get_metric_data, **asked, NextToken="x")[0] is not None)

code, words = err(watch.get_metric_data, MetricDataQueries=[metric("m1", "a", "p99")], StartTime=start, EndTime=minute(5))
check("percentiles", code == "InvalidParameterValue" and "percentiles" in words, words)
code, words = err(watch.get_metric_data, MetricDataQueries=[metric("m1", "a", "Sum", 9_223_372_036_854_775_740 // 60 * 60)], StartTime=start, EndTime=minute(5))
check("a period that is too long", code in ("InvalidParameterValue", "ValidationError", "SerializationException"), (code, words))
points = watch.get_metric_statistics(Namespace="App", MetricName="Load", StartTime=start, EndTime=minute(1), Period=60, Statistics=["Average", "SampleCount"])["Datapoints"]
check("a set that was counted elsewhere", [(point["Average"], point["SampleCount"]) for point in points] == [(2.5, 4.0)], points)

# Exports and destinations of kinds that are not here: one sentence.
logs.create_log_group(logGroupName="/x")
export = dict(logGroupName="/x", to=1, destination="bucket", **{"from": 0})
words = {err(logs.create_export_task, **export)[1].replace("S3 bucket", "KIND"), err(logs.put_destination, destinationName="d", targetArn="arn:aws:kinesis:eu-central-1:1:stream/s", roleArn="arn:aws:iam::1:role/r")[1].replace("Kinesis stream", "KIND"),
         err(logs.put_subscription_filter, logGroupName="/x", filterName="f", filterPattern="", destinationArn="arn:aws:firehose:eu-central-1:1:deliverystream/s")[1].replace("Firehose delivery stream", "KIND")}
check("kinds that are not here", len(words) == 1 and "`KIND` are not available in this release" in next(iter(words)), words)
check("an export of a group that is not there", err(logs.create_export_task, **{**export, "logGroupName": "/y"})[0] == "ResourceNotFoundException")
check("no exports", logs.describe_export_tasks()["exportTasks"] == [] and err(logs.cancel_export_task, taskId="t")[0] == "ResourceNotFoundException")
check("no destinations", logs.describe_destinations()["destinations"] == [])
sys.exit(bool(bad))
