"""CloudWatch: moto's GetMetricData is AWS's, but EventBridge's own metrics have to be put there by somebody."""

import datetime


def put(region, rule, metric, value):
    """One datum of namespace AWS/Events, as EventBridge counts `metric` of `rule`, of this minute."""
    from moto.cloudwatch.models import cloudwatch_backends

    cloudwatch_backends["123456789012"][region].put_metric_data("AWS/Events", [{
        "MetricName": metric, "Value": value, "Dimensions": [{"Name": "RuleName", "Value": rule}],
        "Timestamp": datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0, tzinfo=None)}])
