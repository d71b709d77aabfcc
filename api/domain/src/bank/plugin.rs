//! The plug-ins that collect from bank accounts by files.

text_enum! {
    /// Which format a plug-in writes.
    pub enum DebitPlugin {
        /// Direct debits of SEPA (pain.008).
        SepaDebit = "sepa_debit",
        /// Norma 19 of the Spanish banks.
        Norma19 = "norma19",
        /// DTAUS of the German banks.
        Dtaus = "dtaus",
    }
}
