"""Lists that were read before columns had roles: the same facts in the new words."""

from django.db import migrations

ROLES = ("phone", "order_id", "other")


def forward(apps, schema_editor):
    CallList = apps.get_model("campaigns", "CallList")
    for row in CallList.objects.filter(columns__has_key="width"):
        old = row.columns
        names = old["header"] or [f"column {place}" for place in range(1, old["width"] + 1)]
        roles = ["keep"] * len(names)
        for role in ROLES:
            if old.get(role) is not None:
                roles[old[role]] = role
        row.columns = {
            "names": names,
            "roles": roles,
            "has_header": bool(old["header"]),
            "encoding": old.get("encoding", ""),
            "delimiter": old["delimiter"],
            "sheet": "",
        }
        row.report = {
            "reasons": old.get("reasons", {}),
            "repairs": old.get("repairs", {}),
            "examples": {},
            "countries": {},
            "kinds": {},
            "no_zone": 0,
        }
        row.save(update_fields=["columns", "report"])


def backward(apps, schema_editor):
    CallList = apps.get_model("campaigns", "CallList")
    for row in CallList.objects.filter(columns__has_key="roles"):
        new = row.columns
        places = {role: new["roles"].index(role) if role in new["roles"] else None for role in ROLES}
        row.columns = {
            "header": new["names"] if new["has_header"] else [],
            "width": len(new["names"]),
            "delimiter": new["delimiter"] or ",",
            "encoding": new["encoding"],
            **places,
            "repairs": row.report.get("repairs", {}),
            "reasons": row.report.get("reasons", {}),
        }
        row.save(update_fields=["columns"])


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_list_permissions")]
    operations = [migrations.RunPython(forward, backward)]
