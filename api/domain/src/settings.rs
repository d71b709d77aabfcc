//! What a seller has settled about its business. Whatever it has not touched is as the guide has it.

use crate::bank::BankFileSettings;
use crate::check::Check;
use crate::collection::CollectionAction;
use crate::dunning::DunningPolicy;
use crate::fraud::FraudPolicy;
use crate::plans::PlanType;
use crate::problem::Result;
use crate::schedule::BillingRule;
use crate::schet_facturas::SchetFacturaSettings;
use crate::services::ProvisioningPolicy;
use crate::subscriptions::ChangePolicies;
use crate::taxes::TaxSettings;
use crate::usage::{Recipients, UsageSettings};

/// All settings of a seller.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SellerSettings {
    /// When and how it invoices.
    pub billing: BillingSettings,
    /// What it does about unpaid invoices.
    pub dunning: DunningPolicy,
    /// When it charges stored payment methods.
    pub collection: CollectionSettings,
    /// When files for banks are made, and whose account they are for.
    pub bank_files: BankFileSettings,
    /// What must be true before what was ordered is set up.
    pub provisioning: ProvisioningPolicy,
    /// How subscriptions are changed, where their plan says nothing else.
    pub changes: ChangePolicies,
    /// Who is told that much is used.
    pub usage: UsageSettings,
    /// How buyers of other countries are taxed.
    pub taxes: TaxSettings,
    /// Whether and how schet-facturas are written.
    pub schet_facturas: SchetFacturaSettings,
    /// Whether and how orders are checked for fraud.
    pub fraud: FraudPolicy,
}

/// When and how a seller invoices.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BillingSettings {
    /// Whether contracts renew on their anniversary or on the first of the month (INV-01).
    pub rule: BillingRule,
    /// Whether time under suspension is invoiced too (SUB-02).
    pub invoice_suspended: bool,
    /// More lines than this make another invoice; any number if absent (INV-02).
    #[schema(minimum = 1, maximum = 1000)]
    pub lines_per_invoice: Option<u16>,
    /// Days to pay at least, from the day of issue.
    #[schema(maximum = 365)]
    pub term_days: u16,
    /// So many days before it begins, a cycle of a new subscription is invoiced, unless its plan says otherwise (INV-02).
    #[schema(maximum = 365)]
    pub lead_days: u16,
    /// The same for domains: what is not paid for in time is lost to others.
    #[schema(maximum = 365)]
    pub domain_lead_days: u16,
    /// Who gets invoices and credit notes by mail (INV-04).
    pub recipients: Recipients,
}

/// No lines limit, ten days to pay: as long as renewals are invoiced ahead. Suspended time is not invoiced.
impl Default for BillingSettings {
    fn default() -> Self {
        Self {
            rule: BillingRule::default(),
            invoice_suspended: false,
            lines_per_invoice: None,
            term_days: 10,
            lead_days: 10,
            domain_lead_days: 30,
            recipients: Recipients::default(),
        }
    }
}

impl BillingSettings {
    /// How far ahead new subscriptions to such a plan are invoiced.
    pub const fn lead_days_of(&self, kind: PlanType) -> u16 {
        match kind {
            PlanType::Domain => self.domain_lead_days,
            PlanType::Hosting | PlanType::Certificate | PlanType::ResellerHosting | PlanType::Generic => self.lead_days,
        }
    }
}

/// When a seller charges stored payment methods (PAY-04).
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CollectionSettings {
    /// Whether invoices are charged at all of which nothing was tried so far.
    pub process_new: bool,
    /// Whether what was declined is tried again.
    pub retry_declined: bool,
    /// Whether it is tried again where the gateway failed.
    pub retry_errored: bool,
    /// Whether an invoice waits for its day; otherwise it is charged as soon as it is issued.
    pub only_when_due: bool,
    /// Days before the due day on which an invoice is charged.
    #[schema(maximum = 365)]
    pub days_before_due: u16,
    /// After how many days a charge that was declined is tried again, each counted from the try before.
    #[schema(max_items = 10)]
    pub retry_after_days: Vec<u16>,
    /// How many days a charge may wait for the client to confirm it at the bank; then it counts as declined, if the gateway can
    /// end it.
    #[schema(minimum = 1, maximum = 30)]
    pub confirm_within_days: u16,
    /// Seconds between two questions about a payment whose outcome its gateway has not told.
    #[schema(minimum = 10, maximum = 3600)]
    pub check_every_seconds: u16,
    /// How often a gateway is asked so. Then what nobody knows of is ended, if the gateway can do that, and counts as an error. None
    /// leaves it to the hourly run.
    #[schema(maximum = 100)]
    pub checks: u16,
    /// Whether the other invoices of a client are tried after a method has refused one, as far as they are no higher;
    /// otherwise that method is asked for nothing more on that day.
    pub smaller_amounts: bool,
    /// Whether subscriptions are paid from several methods by their shares; otherwise the default one pays all.
    pub several_methods: bool,
    /// Whether the money is taken, or reserved only. Gateways that cannot reserve are left out then.
    pub action: CollectionAction,
    /// Whether runs by hand that wait for their time are called off when another one is asked for.
    pub clear_first: bool,
}

/// All of it is taken, a day before it is due; then after one, three and five days more. What has to be confirmed waits for three.
/// Gateways are asked every minute, ten times (guide, "Vérifier la période du statut").
impl Default for CollectionSettings {
    fn default() -> Self {
        Self {
            process_new: true,
            retry_declined: true,
            retry_errored: true,
            only_when_due: true,
            days_before_due: 1,
            retry_after_days: vec![1, 3, 5],
            confirm_within_days: 3,
            check_every_seconds: 60,
            checks: 10,
            smaller_amounts: true,
            several_methods: true,
            action: CollectionAction::Charge,
            clear_first: true,
        }
    }
}

impl SellerSettings {
    /// With the addresses of those who are written to as they are kept.
    #[must_use]
    pub fn normal(self) -> Self {
        let recipients = self.billing.recipients.normal();
        Self { billing: BillingSettings { recipients, ..self.billing }, usage: self.usage.normal(), ..self }
    }

    /// Refuses what makes no sense, each place by its name.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        check.part("/billing/rule", self.billing.rule.check());
        let lines = self.billing.lines_per_invoice.is_none_or(|most| (1..=1000).contains(&most));
        check.ensure(lines, "/billing/lines_per_invoice", "out_of_range", "1 to 1000, or nothing for no limit");
        check.ensure(self.billing.term_days <= 365, "/billing/term_days", "out_of_range", "0 to 365 days");
        for (place, days) in
            [("lead_days", self.billing.lead_days), ("domain_lead_days", self.billing.domain_lead_days)]
        {
            check.ensure(days <= 365, &format!("/billing/{place}"), "out_of_range", "0 to 365 days");
        }
        self.billing.recipients.check(&mut check, "/billing/recipients/addresses");
        check.part("/dunning", self.dunning.check());
        check.part("/bank_files", self.bank_files.check());
        check.part("/provisioning", self.provisioning.check());
        check.part("/usage", self.usage.check());
        check.part("/taxes", self.taxes.check());
        check.part("/schet_facturas", self.schet_facturas.check());
        check.part("/fraud", self.fraud.check());
        let before = self.collection.days_before_due <= 365;
        check.ensure(before, "/collection/days_before_due", "out_of_range", "0 to 365 days");
        let retries = &self.collection.retry_after_days;
        let fit = retries.len() <= 10 && retries.iter().all(|days| (1..=90).contains(days));
        check.ensure(fit, "/collection/retry_after_days", "out_of_range", "at most 10 pauses of 1 to 90 days");
        let confirm = (1..=30).contains(&self.collection.confirm_within_days);
        check.ensure(confirm, "/collection/confirm_within_days", "out_of_range", "1 to 30 days");
        let every = (10..=3600).contains(&self.collection.check_every_seconds);
        check.ensure(every, "/collection/check_every_seconds", "out_of_range", "10 to 3600 seconds");
        check.ensure(self.collection.checks <= 100, "/collection/checks", "out_of_range", "0 to 100");
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_the_default() {
        let settings: SellerSettings = serde_json::from_str(r#"{"billing": {"term_days": 30}}"#).unwrap();
        assert_eq!((settings.billing.term_days, settings.collection.days_before_due), (30, 1));
        assert_eq!(SellerSettings::default().check(), Ok(()));
        assert!(serde_json::from_str::<SellerSettings>(r#"{"billing": {"term": 30}}"#).is_err());
    }

    #[test]
    fn every_wrong_place_is_named() {
        let mut settings = SellerSettings::default();
        settings.billing.rule.threshold_day = 32;
        settings.billing.lines_per_invoice = Some(0);
        settings.billing.domain_lead_days = 366;
        settings.billing.recipients.addresses = vec!["nobody".into()];
        settings.dunning.suspend_after = Some(0);
        settings.collection.retry_after_days = vec![0];
        settings.collection.confirm_within_days = 0;
        settings.collection.check_every_seconds = 9;
        settings.collection.checks = 101;
        settings.taxes.answer_holds_days = 0;
        settings.schet_facturas.day_of_month = 29;
        let problem = settings.check().unwrap_err();
        let places: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        let want = [
            "/billing/rule/threshold_day",
            "/billing/lines_per_invoice",
            "/billing/domain_lead_days",
            "/billing/recipients/addresses/0",
            "/dunning/suspend_after",
            "/taxes/answer_holds_days",
            "/schet_facturas/day_of_month",
            "/collection/retry_after_days",
            "/collection/confirm_within_days",
            "/collection/check_every_seconds",
            "/collection/checks",
        ];
        assert_eq!(places, want);
    }
}
