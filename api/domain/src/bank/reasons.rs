//! Why banks refuse or return a debit, and what follows for the next try, the account and the mandate.

text_enum! {
    /// Whether the debit can be sent again.
    pub enum Again {
        /// As the retry plan says.
        Yes = "yes",
        /// Once, perhaps.
        Once = "once",
        /// After what was wrong in the data or the settings is mended.
        AfterMending = "after_mending",
        /// After the client was asked.
        AfterAsking = "after_asking",
        /// Never.
        No = "no",
    }
}

text_enum! {
    /// What happens to the account or the mandate.
    pub enum Remedy {
        /// Nothing.
        Keep = "keep",
        /// The account is not used again.
        DisableAccount = "disable_account",
        /// The mandate has ended.
        CancelMandate = "cancel_mandate",
        /// The mandate rests until the client was asked.
        SuspendMandate = "suspend_mandate",
        /// The client is dead: everything about him ends.
        CloseClient = "close_client",
        /// The mandate is one of the scheme CORE.
        ChangeToCore = "change_to_core",
        /// The client disagrees with what is charged.
        OpenDispute = "open_dispute",
    }
}

/// A row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The code of ISO 20022, or `norma19-` and the digit of a Spanish returns file.
    pub code: &'static str,
    /// What it means, for people.
    pub meaning: &'static str,
    /// Whether the debit can be sent again.
    pub again: Again,
    /// What happens to account and mandate.
    pub remedy: Remedy,
}

const fn row(code: &'static str, meaning: &'static str, again: Again, remedy: Remedy) -> Reason {
    Reason { code, meaning, again, remedy }
}

use Again::*;
use Remedy::*;

/// All codes that we know what to do about.
pub const REASONS: &[Reason] = &[
    row("AC01", "wrong account number", No, DisableAccount),
    row("AC04", "account closed", No, DisableAccount),
    row("AC06", "account blocked", Once, Keep),
    row("AC13", "the payer is a consumer", No, ChangeToCore),
    row("AG01", "no direct debits on this account", No, DisableAccount),
    row("AG02", "wrong sequence type", AfterMending, Keep),
    row("AM04", "not enough money", Yes, Keep),
    row("AM05", "sent twice", No, Keep),
    row("BE05", "wrong creditor identifier", AfterMending, Keep),
    row("CNOR", "the creditor's bank is not reached", No, DisableAccount),
    row("DNOR", "the payer's bank is not reached", No, DisableAccount),
    row("DT01", "wrong date", Yes, Keep),
    row("FF01", "wrong format", AfterMending, Keep),
    row("MD01", "no valid mandate", No, CancelMandate),
    row("MD02", "data of the mandate missing", AfterMending, Keep),
    row("MD06", "the payer wants the money back", AfterAsking, SuspendMandate),
    row("MD07", "the payer is dead", No, CloseClient),
    row("MS02", "refused by the payer", AfterAsking, SuspendMandate),
    row("MS03", "refused by the bank", Once, Keep),
    row("RC01", "wrong bank code", AfterMending, Keep),
    row("RR01", "the payer's account is missing, and the law wants it", AfterMending, Keep),
    row("RR02", "the payer's name or address is missing, and the law wants it", AfterMending, Keep),
    row("RR03", "the creditor's name or address is missing, and the law wants it", AfterMending, Keep),
    row("RR04", "the law forbids it", AfterMending, Keep),
    row("SL01", "the payer's own limits", AfterAsking, SuspendMandate),
    row("TM01", "sent too late", Yes, Keep),
    row("norma19-0", "the amount is nothing", AfterMending, Keep),
    row("norma19-1", "not enough money", Yes, Keep),
    row("norma19-2", "account closed, or no debits on it", No, DisableAccount),
    row("norma19-3", "no such branch", No, DisableAccount),
    row("norma19-4", "tax number", AfterMending, Keep),
    row("norma19-5", "the client has ended the order", No, CancelMandate),
    row("norma19-6", "the client disagrees with the amount", AfterAsking, OpenDispute),
    row("norma19-7", "sent twice or not owed", AfterAsking, Keep),
    row("norma19-8", "above the limit, or no resident", AfterAsking, Keep),
];

/// The row of a code. Of one that is unknown only the words are kept: it is declined, and account and mandate stay.
pub fn reason(code: &str) -> Option<&'static Reason> {
    REASONS.iter().find(|reason| reason.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_known_once() {
        assert_eq!(REASONS.iter().map(|reason| reason.code).collect::<BTreeSet<_>>().len(), REASONS.len());
        let of = |code| reason(code).map(|reason| (reason.again, reason.remedy));
        assert_eq!(of("AC04"), Some((No, DisableAccount)));
        assert_eq!(of("md06"), Some((AfterAsking, SuspendMandate)));
        assert_eq!(of("AM04"), Some((Yes, Keep)));
        assert_eq!(of("norma19-5"), Some((No, CancelMandate)));
        assert_eq!(of("XX99"), None);
    }
}
