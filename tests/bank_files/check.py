"""Reads files for banks by programs that know nothing of ours, and compares with what went into them (scripts/bank-files):
pain.008 against the schemas of sepaxml, Norma 19 by retrofix, DTAUS by HBCI4Java, all in one process."""

import glob
import json
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import jpype
import jpype.imports
import retrofix.c19 as c19
import sepaxml
from lxml import etree
from retrofix.record import Record
from stdnum import iban

SCHEMAS = Path(sepaxml.__file__).parent / "schemas"

# the table of each record, by what it begins with; c19.read takes 5180, 5380, 5680, 5686, 5880 only and loses the last line
RECORDS = {
    "5180": c19.PRESENTER_HEADER_RECORD,
    "5380": c19.ORDERING_HEADER_RECORD,
    "5680": c19.REQUIRED_INDIVIDUAL_RECORD,
    "5681": c19.FIRST_OPTIONAL_INDIVIDUAL_RECORD,
    "5682": c19.SECOND_OPTIONAL_INDIVIDUAL_RECORD,
    "5683": c19.THIRD_OPTIONAL_INDIVIDUAL_RECORD,
    "5684": c19.FOURTH_OPTIONAL_INDIVIDUAL_RECORD,
    "5685": c19.FIFTH_OPTIONAL_INDIVIDUAL_RECORD,
    "5686": c19.SIXTH_OPTIONAL_INDIVIDUAL_RECORD,
    "5880": c19.ORDERING_FOOTER_RECORD,
    "5980": c19.PRESENTER_FOOTER_RECORD,
}


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, wanted {wanted!r}")


def cents(amount):
    return int(Decimal(str(amount)) * 100)


def sepa(path, held):
    document = etree.parse(path)
    space = etree.QName(document.getroot()).namespace
    schema = etree.XMLSchema(etree.parse(SCHEMAS / f"{space.rsplit(':', 1)[-1]}.xsd"))
    schema.assertValid(document)
    names = {"p": space}
    groups = document.findall(".//p:PmtInf", names)
    found = {}
    for group in groups:
        text = lambda element, name: element.findtext(f".//p:{name}", namespaces=names)
        debits = group.findall("p:DrctDbtTxInf", names)
        same(f"{path} count", int(text(group, "NbOfTxs")), len(debits))
        same(f"{path} sum", cents(text(group, "CtrlSum")), sum(cents(text(debit, "InstdAmt")) for debit in debits))
        same(f"{path} account", group.findtext("p:CdtrAcct/p:Id/p:IBAN", namespaces=names), held["account"])
        for debit in debits:
            account = debit.findtext("p:DbtrAcct/p:Id/p:IBAN", namespaces=names)
            iban.validate(account)
            key = text(debit, "EndToEndId")
            found[key] = (cents(text(debit, "InstdAmt")), account, text(debit, "MndtId"), text(group, "SeqTp"))
    wanted = {
        order["id"]: (order["cents"], order["account"], order["mandate"], order["sequence"]) for order in held["orders"]
    }
    same(f"{path} debits", found, wanted)
    same(f"{path} groups", len(groups), len({order["sequence"] for order in held["orders"]}))


def norma19(path, held):
    charset = {"cp850": "cp850", "latin1": "latin1", "ascii": "ascii"}[path.stem.split("-")[1]]
    lines = path.read_bytes().decode(charset).split("\r\n")
    same(f"{path} end", lines.pop(), "")
    found, kinds = {}, Counter()
    for line in lines:
        same(f"{path} width", len(line), 162)
        # accounts are refused there when their check digits are wrong
        record = Record.extract(line, RECORDS[line[:4]])
        kinds[line[:4]] += 1
        if line[:4] == "5680":
            found[record.free_1.strip()] = (cents(record.amount), record.account.replace(" ", ""), record.reference_code)
    wanted = {
        order["id"]: (order["cents"], order["account"][4:], order["number"].zfill(12)) for order in held["orders"]
    }
    same(f"{path} receipts", found, wanted)
    total = sum(order["cents"] for order in held["orders"])
    for line, inside in ((lines[-2], len(lines) - 2), (lines[-1], len(lines))):
        record = Record.extract(line, RECORDS[line[:4]])
        sums = (cents(record.amount_sum), record.required_count, record.record_count)
        same(f"{path} {line[:4]}", sums, (total, len(wanted), inside))
    same(f"{path} addresses", kinds["5686"], sum(order["address"] for order in held["orders"]))
    # three fields in each further record
    further = sum(-(-max(len(order["texts"]) - 1, 0) // 3) for order in held["orders"])
    same(f"{path} texts", sum(kinds[f"568{number}"] for number in range(1, 6)), further)


def dtaus(path, held, reader):
    text = path.read_text("ascii")
    same(f"{path} blocks", len(text) % 128, 0)
    found = {}
    entries = list(reader(text).getEntries())
    for entry in entries:
        lines = [str(line) for line in entry.getUsage()]
        account = f"{entry.otherAccount.blz}{str(entry.otherAccount.number).zfill(10)}"
        name = str(entry.otherAccount.name) + str(entry.otherAccount.name2 or "")
        found[lines[0][:6]] = (cents(str(entry.value).split()[0]), account, len(lines), name.isupper())
        same(f"{path} key", str(entry.key) + str(entry.addkey), {"05": "05000", "04": "04000", "gk": "51000"}[path.stem[-2:]])
    wanted = {
        order["id"]: (order["cents"], order["account"][4:], len(order["texts"]), True) for order in held["orders"]
    }
    same(f"{path} payments", found, wanted)
    # that program may not look at the sums
    trailer = text[-128:]
    sums = [int(trailer[start:end]) for start, end in ((10, 17), (30, 47), (47, 64), (64, 77))]
    accounts = [order["account"] for order in held["orders"]]
    numbers = (sum(int(account[12:]) for account in accounts), sum(int(account[4:12]) for account in accounts))
    same(f"{path} sums", sums, [len(entries), *numbers, sum(order["cents"] for order in held["orders"])])


def hbci():
    jpype.startJVM("-Xmx256m", classpath=["/usr/share/java/hbci4j-core.jar"])
    from java.util import Properties

    # without it everything else fails
    jpype.JClass("org.kapott.hbci.manager.HBCIUtils").init(
        Properties(), jpype.JClass("org.kapott.hbci.callback.HBCICallbackConsole")()
    )
    return jpype.JClass("org.kapott.hbci.swift.DTAUS")


def main(folder):
    counts = Counter()
    reader = hbci()
    for name in sorted(glob.glob(f"{folder}/*.json")):
        held = json.loads(Path(name).read_text())
        path = next(found for found in Path(name).parent.glob(f"{Path(name).stem}.*") if found.suffix != ".json")
        if path.suffix == ".xml":
            sepa(path, held)
        elif path.stem.startswith("norma19"):
            norma19(path, held)
        else:
            dtaus(path, held, reader)
        counts[path.stem.split("-")[0]] += 1
    for kind, least in (("norma19", 3), ("dtaus", 3), ("pain.008.001.02", 4), ("pain.008.001.08", 4)):
        if counts[kind] < least:
            sys.exit(f"only {counts[kind]} files of {kind}")
    print(f"{sum(counts.values())} files read back: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))


main(sys.argv[1])
