//! Files as banks send them: reports (pain.002) and statements (camt.053), written from their schemas.

/// An entry of a statement.
pub fn transfer(amount: &str, text: &str) -> String {
    entry(amount, "CRDT", "RCDT", "ESCT", &format!("<Refs/><RmtInf><Ustrd>{text}</Ustrd></RmtInf>"))
}

/// The same, and who has sent it, from which account.
pub fn transfer_from(amount: &str, text: &str, name: &str, iban: &str) -> String {
    let payer = format!("<Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>");
    let details = format!("<Refs/><RltdPties>{payer}</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>");
    entry(amount, "CRDT", "RCDT", "ESCT", &details)
}

/// A debit of ours is on the account.
pub fn credited(amount: &str, reference: &str) -> String {
    entry(amount, "CRDT", "IDDT", "ESDD", &format!("<Refs><EndToEndId>{reference}</EndToEndId></Refs>"))
}

/// A debit has come back.
pub fn returned(amount: &str, reference: &str, reason: &str) -> String {
    let details =
        format!("<Refs><EndToEndId>{reference}</EndToEndId></Refs><RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>");
    entry(amount, "DBIT", "IDDT", "UPDD", &details)
}

fn entry(amount: &str, way: &str, family: &str, sub: &str, details: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-01-07</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd>\
         <SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>"
    )
}

/// A statement without balances.
pub fn camt(number: &str, entries: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>{number}</MsgId><CreDtTm>2026-01-08T20:00:00</CreDtTm></GrpHdr><Stmt><Id>{number}</Id>\
         <Acct><Id><IBAN>{}</IBAN></Id></Acct>{}</Stmt></BkToCstmrStmt></Document>",
        super::SPANISH,
        entries.concat()
    )
}

/// A report about a batch: what became of some of its debits, as (reference, status, reason).
pub fn pain002(number: &str, batch: &str, group: &str, status: &str, debits: &[(&str, &str, &str)]) -> String {
    let one = |(reference, status, reason): &(&str, &str, &str)| {
        format!(
            "<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>\
             <StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        )
    };
    format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.08\"><CstmrPmtStsRpt>\
         <GrpHdr><MsgId>{number}</MsgId><CreDtTm>2026-01-05T14:05:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>\
         <OrgnlMsgId>{batch}</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId><GrpSts>{status}</GrpSts>\
         </OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{group}</OrgnlPmtInfId>{}</OrgnlPmtInfAndSts>\
         </CstmrPmtStsRpt></Document>",
        debits.iter().map(one).collect::<String>()
    )
}
