"""Service Quotas: GetServiceQuota and ListServiceQuotas of what a schedule of tasks can run into."""

# code -> service, name, default; "quotas" of the settings gives an account its own values.
QUOTAS = {
    "L-3032A538": ("fargate", "Fargate On-Demand vCPU resource count", 6.0),
    "L-36FBB829": ("fargate", "Fargate Spot vCPU resource count", 6.0),
    "L-244521F2": ("events", "Number of rules", 300.0),
}


def quota(front, request, code):
    service, name, value = QUOTAS[code]
    return {"ServiceCode": service, "QuotaCode": code, "QuotaName": name, "Value": front.quotas.get(code, value),
            "QuotaArn": f"arn:aws:servicequotas:{request.region}:123456789012:{service}/{code}", "Unit": "None",
            "Adjustable": True, "GlobalQuota": False}


def get(front, request, refused):
    code = request.params.get("QuotaCode")
    if code not in QUOTAS or QUOTAS[code][0] != request.params.get("ServiceCode"):
        raise refused("NoSuchResourceException", "The request failed because the specified service does not exist.")
    return {"Quota": quota(front, request, code)}


def list_all(front, request, refused):
    return {"Quotas": [quota(front, request, code) for code, (service, *_) in QUOTAS.items()
                       if service == request.params.get("ServiceCode")]}


ANSWERS = {("servicequotas", "GetServiceQuota"): get, ("servicequotas", "ListServiceQuotas"): list_all}
