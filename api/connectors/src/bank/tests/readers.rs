//! What each format says, from the files of the format pages and from small ones for what those do not have.

use super::samples::eur;
use super::*;
use comptoir_domain::bank::{BankEntryKind, ReplyFormat, Scope};

/// Kind, amount, our reference, code of the reason, day.
fn lines(reply: &BankReply) -> Vec<String> {
    let line = |entry: &comptoir_domain::bank::ReplyEntry| {
        let amount = entry.amount.map(|amount| amount.decimal().to_string()).unwrap_or_default();
        let id = entry.end_to_end_id.as_deref().or(entry.payment_info_id.as_deref()).unwrap_or("-");
        let code = entry.reason.as_ref().map_or("-", |reason| reason.code.as_str());
        let day = entry.booked_on.map(|day| day.to_string()).unwrap_or_default();
        format!("{} {amount} {id} {code} {day}", entry.kind)
    };
    reply.entries.iter().map(line).collect()
}

const BOOKINGS: [&str; 4] = [
    "credited 21.78 INV-2026-000042 - 2026-11-30",
    "credited 6.05 INV-2026-000044 - 2026-11-30",
    "returned -21.78 INV-2026-000042 MD06 2026-12-09",
    "transfer 119.00 - - 2026-12-09",
];

#[test]
fn statements_and_notifications_in_both_versions() {
    for (bytes, format, id) in [
        (fixture!("camt.053.001.02.xml"), ReplyFormat::Camt053, "053-2026-236/236"),
        (fixture!("camt.053.001.08.xml"), ReplyFormat::Camt053, "053-2026-236/236"),
        (fixture!("camt.054.001.02.xml"), ReplyFormat::Camt054, "054-2026-236/236"),
        (fixture!("camt.054.001.08.xml"), ReplyFormat::Camt054, "054-2026-236/236"),
    ] {
        let reply = only(bytes);
        assert_eq!((reply.format, reply.id.as_str()), (format, id));
        assert_eq!(reply.account.as_ref().unwrap().as_str(), "ES9121000418450200051332");
        assert_eq!(lines(&reply), BOOKINGS);
        let transfer = &reply.entries[3];
        assert_eq!(transfer.payer_name.as_deref(), Some("Jean Dupont"));
        assert_eq!(transfer.payer_account.as_ref().unwrap().masked(), "FR14 •••• •••• 2606");
        assert_eq!(transfer.remittance, "RF18 2026 INV-2026-000051");
        let first = &reply.entries[0];
        assert_eq!(first.payment_info_id.as_deref(), Some("BATCH-20261123-1-RCUR"));
        assert_eq!(
            (first.mandate_id.as_deref(), first.bank_reference.as_deref()),
            (Some("MND-1042-1"), Some("CX20261130001"))
        );
        assert_eq!((first.status.as_str(), first.payer_name.as_deref()), ("PMNT/IDDT/ESDD", Some("Maria Lopez Nunez")));
    }
}

#[test]
fn both_versions_name_the_same_entries() {
    let prints = |bytes| only(bytes).entries.into_iter().map(|entry| entry.fingerprint).collect::<Vec<_>>();
    assert_eq!(prints(fixture!("camt.053.001.02.xml")), prints(fixture!("camt.053.001.08.xml")));
}

#[test]
fn a_statement_of_swift() {
    let reply = only(fixture!("statement.mt940"));
    assert_eq!((reply.format, reply.id.as_str()), (ReplyFormat::Mt940, "236/1 2026-12-09"));
    let want = [
        "credited 27.83 BATCH-20261123-1 - 2026-11-30",
        "returned -21.78 INV-2026-000042 MD06 2026-12-09",
        "transfer 119.00 - - 2026-12-09",
    ];
    assert_eq!(lines(&reply), want);
    assert_eq!((reply.entries[0].scope, reply.entries[0].remittance.as_str()), (Scope::Group, "BATCH-20261123-1-RCUR"));
    let returned = &reply.entries[1];
    assert_eq!((returned.mandate_id.as_deref(), returned.remittance.as_str()), (Some("MND-1042-1"), "MD06 RUECKGABE"));
    assert_eq!(
        (returned.payer_name.as_deref(), returned.bank_reference.as_deref()),
        (Some("MARIA LOPEZ NUNEZ"), Some("CX20261209002"))
    );
    assert_eq!(reply.entries[2].remittance, "INV-2026-000051");
}

#[test]
fn a_status_report() {
    let reply = only(fixture!("pain.002.001.08.xml"));
    assert_eq!((reply.id.as_str(), reply.message_id.as_deref()), ("CAIXA-PSR-0001", Some("BATCH-20261123-1")));
    let found: Vec<_> = reply.entries.iter().map(|entry| (entry.kind, entry.scope, entry.status.as_str())).collect();
    let want = [
        (BankEntryKind::Accepted, Scope::Batch, "PART"),
        (BankEntryKind::Accepted, Scope::Group, "PART"),
        (BankEntryKind::Rejected, Scope::Transaction, "RJCT"),
        (BankEntryKind::Accepted, Scope::Group, "ACCP"),
    ];
    assert_eq!(found, want);
    let refused = &reply.entries[2];
    assert_eq!(refused.end_to_end_id.as_deref(), Some("INV-2026-000044"));
    assert_eq!(refused.mandate_id.as_deref(), Some("MND-1099-1"));
    let reason = refused.reason.as_ref().unwrap();
    assert_eq!((reason.code.as_str(), reason.text.as_str()), ("AC04", "Account closed"));
}

#[test]
fn lower_levels_inherit() {
    let report = |inner: &str| {
        format!("<Document><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId></GrpHdr>{inner}</CstmrPmtStsRpt></Document>")
    };
    let kinds = |inner: &str| only(report(inner).as_bytes()).entries.iter().map(|entry| entry.kind).collect::<Vec<_>>();
    let batch = |status: &str| {
        format!("<OrgnlGrpInfAndSts><OrgnlMsgId>B</OrgnlMsgId><GrpSts>{status}</GrpSts></OrgnlGrpInfAndSts>")
    };
    let one = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>G</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>X</OrgnlEndToEndId></TxInfAndSts></OrgnlPmtInfAndSts>";
    use BankEntryKind::*;
    assert_eq!(kinds(&(batch("RJCT") + one)), [Rejected, Rejected]);
    for (word, kind) in [
        ("RCVD", Pending),
        ("PDNG", Pending),
        ("ACTC", Accepted),
        ("ACSC", Accepted),
        ("ACWC", Accepted),
        ("CANC", Rejected),
        ("XXXX", Pending),
    ] {
        assert_eq!(kinds(&batch(word)), [kind], "{word}");
    }
    // a part of which nobody is named says nothing
    assert_eq!(kinds(&batch("PART")), [Pending]);
    // mandates of the eleventh version
    let newer = "<OrgnlPmtInfAndSts><TxInfAndSts><TxSts>RJCT</TxSts><OrgnlTxRef><Amt><InstdAmt Ccy='EUR'>6.05</InstdAmt></Amt><MndtRltdInf><DrctDbtMndt><MndtId>M</MndtId></DrctDbtMndt></MndtRltdInf></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>";
    let entry = only(report(newer).as_bytes()).entries.remove(0);
    assert_eq!((entry.mandate_id.as_deref(), entry.amount), (Some("M"), Some(eur(605))));
}

#[test]
fn spanish_returns() {
    let reply = only(fixture!("norma19-devoluciones.txt"));
    assert_eq!(reply.format, ReplyFormat::Norma19);
    assert_eq!(lines(&reply), ["returned -21.78 000042FA26000042 norma19-1 2026-12-02"]);
    let entry = &reply.entries[0];
    assert_eq!((entry.payer_name.as_deref(), entry.mandate_id.as_deref()), (Some("MARIA LOPEZ NUÑEZ"), Some("1042")));
    assert_eq!(entry.payer_account.as_ref().unwrap().as_str(), "ES5200491500061234567890");
    assert_eq!(reply.account.as_ref().unwrap().as_str(), "ES9121000418450200051332");
    // banks vary the fourth character, and the end of lines
    let varied: Vec<u8> = fixture!("norma19-devoluciones.txt").iter().copied().filter(|byte| *byte != b'\r').collect();
    let varied =
        String::from_utf8_lossy(&varied).replace("5190", "5195").replace("5990", "5995").replace('\u{fffd}', "N");
    assert_eq!(lines(&only(varied.as_bytes())), lines(&reply));
}

/// What is wrong is said without what the file says: that may be the number of an account.
#[test]
fn nothing_of_a_file_is_repeated() {
    for text in [
        "<a><DE89370400440532013000></a>",
        "<a>&DE89370400440532013000;</a>",
        "<a DE89370400440532013000='' DE89370400440532013000=''/>",
        ":20:X\n:60F:DE89370400440532013000",
        ":20:X\n:60F:C261130EUR1,00\n:61:DE89370400440532013000",
    ] {
        let problem = read_reply(text.as_bytes()).unwrap_err();
        assert!(!format!("{problem:?}").contains("DE89"), "{problem:?}");
    }
}

/// A statement whose sums do not fit is refused with the difference: 1125.05 − 0.01 is 1125.04.
#[test]
fn sums_have_to_fit() {
    let refused = |bytes: &[u8], from: &str, to: &str| {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        assert!(text.contains(from));
        let changed: Vec<u8> = text.replace(from, to).chars().map(|letter| u8::try_from(letter).unwrap()).collect();
        let field = read_reply(&changed).unwrap_err().fields.remove(0);
        (field.code, field.detail)
    };
    for (bytes, from, to) in [
        (fixture!("camt.053.001.02.xml"), ">1125.05<", ">1125.04<"),
        (fixture!("camt.053.001.08.xml"), ">1125.05<", ">1125.04<"),
        (fixture!("statement.mt940"), "EUR1125,05", "EUR1125,04"),
    ] {
        let (code, detail) = refused(bytes, from, to);
        assert!(code == "unbalanced" && detail.contains("-0.01"), "{detail}");
    }
    let returns = fixture!("norma19-devoluciones.txt");
    assert_eq!(refused(returns, "0001                0000002178", "0001                0000002179").0, "sum_differs");
    let cut = &returns[..returns.len() - 164];
    assert_eq!(places(read_reply(cut).unwrap_err()), [("/file".into(), "incomplete")]);
    // a notification has no balances
    assert!(read_reply(fixture!("camt.054.001.08.xml")).is_ok());
}

#[test]
fn only_what_is_booked_counts() {
    let text =
        std::str::from_utf8(fixture!("camt.054.001.02.xml")).unwrap().replace("<Sts>BOOK</Sts>", "<Sts>PDNG</Sts>");
    assert!(only(text.as_bytes()).entries.is_empty());
}

/// One movement of −5.00 with a text.
fn swift(movement: &str, text: &str, closing: &str) -> comptoir_domain::bank::ReplyEntry {
    let file = format!(
        ":20:X\r\n:25:NL00BANK0123456789\r\n:28C:1\r\n:60F:C261130EUR10,00\r\n:61:{movement}\r\n:86:{text}\r\n:62F:C261130EUR{closing}\r\n-"
    );
    only(file.as_bytes()).entries.remove(0)
}

#[test]
fn texts_of_other_banks() {
    let dutch = swift(
        "261130D5,00NRTINONREF",
        "/TRTP/SEPA INCASSO/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J. Jansen/MARF/MND-7\r\n-1/RTRN/AM04/EREF/INV-7/REMI/USTD//Factuur 7/",
        "5,00",
    );
    assert_eq!(
        (dutch.kind, dutch.end_to_end_id.as_deref(), dutch.mandate_id.as_deref()),
        (BankEntryKind::Returned, Some("INV-7"), Some("MND-7-1"))
    );
    assert_eq!(
        (dutch.reason.unwrap().code.as_str(), dutch.remittance.as_str(), dutch.payer_name.as_deref()),
        ("AM04", "Factuur 7", Some("J. Jansen"))
    );
    // a word cut by the end of a field, and the fee of the bank: 5.00 were collected, 8.00 booked
    let german = swift(
        "261130D8,00NRTINONREF",
        "109?00RUECKLASTSCHRIFT?20ER?21EF+INV-8COAM+3,00OAMT+5,00?22SVWZ+Konto?23 leer?32Schmidt?34914",
        "2,00",
    );
    assert_eq!(
        (german.kind, german.end_to_end_id.as_deref(), german.amount),
        (BankEntryKind::Returned, Some("INV-8"), Some(eur(-500)))
    );
    assert_eq!((german.fee, german.reason.unwrap().code.as_str()), (Some(eur(300)), "914"));
    let domestic = swift("261130D5,00NRTINONREF", "009?20RG 2026-000042", "5,00");
    assert_eq!((domestic.kind, domestic.remittance.as_str()), (BankEntryKind::Returned, "RG 2026-000042"));
    let polish = swift("261130C5,00NTRFNONREF", "051^00PRZELEW^20Faktura ?5^32Kowalski", "15,00");
    assert_eq!(
        (polish.kind, polish.remittance.as_str(), polish.payer_name.as_deref()),
        (BankEntryKind::Transfer, "Faktura ?5", Some("Kowalski"))
    );
    let plain = swift("261130C5,00NMSCNONREF", "Invoice 7\r\nthank you", "15,00");
    assert_eq!((plain.kind, plain.remittance.as_str()), (BankEntryKind::MoneyIn, "Invoice 7 thank you"));
    let charge = swift("261130D5,00NCHGNONREF", "fees", "5,00");
    assert_eq!(charge.kind, BankEntryKind::Other);
}

#[test]
fn frames_of_the_network_and_several_statements() {
    let one = String::from_utf8(fixture!("statement.mt940").to_vec()).unwrap();
    let framed = format!("{{1:F01BANKXXXX}}{{2:I940}}{{4:\r\n{}}}\r\n", one.trim_end());
    assert_eq!(only(framed.as_bytes()).entries.len(), 3);
    assert_eq!(read_reply(one.repeat(2).as_bytes()).unwrap().len(), 2);
}

#[test]
fn proprietary_codes_and_fallbacks() {
    let statement = |direction: &str, extra: &str, code: &str, details: &str| {
        let entry = format!(
            "<Ntry><Amt Ccy='EUR'>5</Amt><CdtDbtInd>{direction}</CdtDbtInd>{extra}<Sts>BOOK</Sts>{code}{details}</Ntry>"
        );
        let text = format!("<Document><BkToCstmrStmt><Stmt><Id>1</Id>{entry}</Stmt></BkToCstmrStmt></Document>");
        only(text.as_bytes()).entries.remove(0)
    };
    let kind = |direction: &str, extra: &str, code: &str| statement(direction, extra, code, "").kind;
    let own = |code: &str| format!("<BkTxCd><Prtry><Cd>{code}</Cd></Prtry></BkTxCd>");
    let iso = |family: &str, sub: &str| {
        format!("<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>")
    };
    use BankEntryKind::*;
    assert_eq!(kind("CRDT", "", &own("NTRF+166+00931")), Transfer);
    assert_eq!(kind("DBIT", "", &own("NRTI+109+00931")), Returned);
    assert_eq!(kind("DBIT", "<RvslInd>true</RvslInd>", &own("X")), Returned);
    assert_eq!(kind("DBIT", "", &own("X")), Other);
    assert_eq!(kind("CRDT", "", ""), MoneyIn);
    for (direction, family, sub, want) in [
        ("CRDT", "IDDT", "BBDD", Credited),
        ("DBIT", "IDDT", "PRDD", Reversed),
        ("CRDT", "RCDT", "XBCT", Transfer),
        ("CRDT", "RRCT", "ESCT", Transfer),
        ("CRDT", "ICDT", "RRTN", TransferReturned),
        ("DBIT", "ICDT", "ESCT", Other),
        ("CRDT", "CCRD", "POSP", Other),
    ] {
        assert_eq!(kind(direction, "", &iso(family, sub)), want, "{family} {sub}");
    }
    // a group booked as one sum
    let group = statement("CRDT", "", &iso("IDDT", "ESDD"), "<NtryDtls><Btch><PmtInfId>G</PmtInfId></Btch></NtryDtls>");
    assert_eq!(
        (group.scope, group.payment_info_id.as_deref(), group.amount),
        (Scope::Group, Some("G"), Some(eur(500)))
    );
    // 3 of 5 are the bank's fee: what was collected is 2
    let fee = "<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy='EUR'>2</Amt></InstdAmt></AmtDtls><Chrgs><Rcrd><Amt Ccy='EUR'>3</Amt></Rcrd></Chrgs><RtrInf><Rsn><Prtry>own</Prtry></Rsn><AddtlInf>a</AddtlInf><AddtlInf>b</AddtlInf></RtrInf></TxDtls></NtryDtls>";
    let returned = statement("DBIT", "", "", fee);
    assert_eq!((returned.kind, returned.amount, returned.fee), (Returned, Some(eur(-200)), Some(eur(300))));
    let reason = returned.reason.unwrap();
    assert_eq!((reason.code.as_str(), reason.text.as_str()), ("own", "a b"));
}

#[test]
fn files_that_are_something_else() {
    let code = |bytes: &[u8]| read_reply(bytes).unwrap_err().fields.remove(0).code;
    assert_eq!(code(b""), "unknown_format");
    assert_eq!(code(b"%PDF-1.7"), "unknown_format");
    assert_eq!(code(fixture!("pain.008.001.08.xml")), "unknown_format");
    assert_eq!(code(&vec![b' '; MOST_BYTES + 1]), "too_large");
    assert_eq!(code(b"<Document>\xff</Document>"), "malformed");
    assert_eq!(code(b"<!DOCTYPE a><Document/>"), "malformed");
    assert_eq!(code(b":20:X\r\n:61:261130C1,00NTRFX\r\n"), "malformed");
    assert_eq!(code(b":20:X\r\n:60F:C261130EUR1,00\r\n"), "incomplete");
    // one byte a letter, as the file says
    let old = b"<?xml version='1.0' encoding='ISO-8859-1'?><Document><CstmrPmtStsRpt><GrpHdr><MsgId>\xd1</MsgId></GrpHdr></CstmrPmtStsRpt></Document>";
    assert_eq!(only(old).id, "Ñ");
}
