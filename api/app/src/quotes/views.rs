//! What quotes look like.

use crate::quotes::compute::{Quoted, Trial};
use chrono::NaiveDate;
use comptoir_domain::orders::first_invoice::Dated;
use comptoir_domain::orders::{Cart, Contract};
use comptoir_domain::people::ClientKind;
use comptoir_domain::quotes::{Description, LineKind, PriceBasis, PricedLine, PricedTotals};
use comptoir_domain::schedule::{Cycle, Share};
use comptoir_domain::taxes::{Buyer, Place, TaxAmount, TaxNote, TaxReason, read_vat_number};
use comptoir_domain::{
    Check, Country, CouponId, DiscountId, Instant, Money, PlanId, Problem, Quantity, Rate, StoreId, UnitPrice,
};

/// What to quote.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cart": {"items": [{"plan_id": "pla_000g40o40k30e209185go38e1s", "cycle": "1-month",
    "domain": {"name": "example.com", "option": "use_own"}}]}, "buyer": {"country": "FR"}}))]
pub struct QuoteCreate {
    /// What the shopper chose.
    pub cart: Cart,
    /// Who he is, as far as taxes ask.
    pub buyer: BuyerPlace,
}

/// What to quote to a client that is known.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"store_id": "sto_000g40o40k30e209185go38e1s", "cart": {"items": [{"plan_id": "pla_000g40o40k30e209185go38e1s",
    "cycle": "1-month", "domain": {"name": "example.com", "option": "use_own"}}]}}))]
pub struct ClientQuoteCreate {
    /// The store whose prices and currency hold; the default one if absent.
    pub store_id: Option<StoreId>,
    /// What the client chose.
    pub cart: Cart,
}

/// Who buys, as far as taxes ask.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyerPlace {
    /// The country.
    pub country: Country,
    /// The state or province: `QC`.
    #[schema(max_length = 40)]
    pub state: Option<String>,
    /// The county within the state, where taxes ask for it.
    #[schema(max_length = 80)]
    pub county: Option<String>,
    /// The city.
    #[schema(max_length = 80)]
    pub city: Option<String>,
    /// The VAT number of a business. That of another member of the European Union than the seller's is looked up; if it is
    /// in use, no VAT is charged.
    #[schema(max_length = 32)]
    pub vat_number: Option<String>,
}

impl BuyerPlace {
    /// The buyer, with its number in the one spelling.
    pub fn read(self, on: NaiveDate) -> Result<Buyer, Problem> {
        let (mut check, typed) = (Check::new(), self.vat_number.unwrap_or_default());
        let number = read_vat_number(&mut check, "/buyer/vat_number", &typed, self.country, on);
        check.text("/buyer/vat_number", &number, 0..=32);
        check.done()?;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (state, county, city) = (filled(self.state), filled(self.county), filled(self.city));
        let place = Place { country: self.country, state, city, county };
        Ok(Buyer::new(place, ClientKind::Company, &number, false))
    }
}

/// A line of a quote.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct QuoteLineView {
    /// What it is for.
    pub kind: LineKind,
    /// For people.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// What one costs for a whole cycle, as the store lists it.
    pub unit_price: UnitPrice,
    /// The part of the cycle that is charged.
    pub share: Share,
    /// Before anything is taken off, without tax.
    pub before_discount: Money,
    /// What is taken off.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// Its share of the taxes.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

/// A tax on a document.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct DocumentTaxView {
    /// Its name.
    pub name: String,
    /// Its rate.
    pub rate: Rate,
    /// What it is levied on.
    pub base: Money,
    /// What it comes to.
    pub amount: Money,
    /// Why it is nothing, if so.
    pub note: Option<TaxNote>,
}

/// The sums of a document.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct DocumentTotalsView {
    /// Before anything is taken off, without tax.
    pub before_discount: Money,
    /// What is taken off.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// The taxes.
    pub tax: Money,
    /// What is to be paid.
    pub gross: Money,
}

/// A subscription that the order would make.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct QuoteContractView {
    /// The plan.
    pub plan_id: PlanId,
    /// The domain name, or the plan's name.
    pub name: String,
    /// How often it renews.
    #[schema(value_type = String, example = "1-month")]
    pub cycle: Cycle,
    /// The discount that is taken off.
    pub discount_id: Option<DiscountId>,
    /// The first day of delivery.
    pub starts_on: NaiveDate,
    /// The day of the first renewal.
    pub renews_on: NaiveDate,
    /// The first day that is charged, if it is free to try until then.
    pub trial_ends_on: Option<NaiveDate>,
}

impl QuoteContractView {
    /// Those of a result.
    pub fn all(quoted: &Quoted) -> Vec<Self> {
        let one = |(contract, dated): (&Contract, &Dated)| Self {
            plan_id: contract.plan,
            name: contract.name.clone(),
            cycle: contract.cycle,
            discount_id: contract.discount.as_ref().map(|discount| discount.id),
            starts_on: dated.start.first.from,
            renews_on: dated.start.first.to,
            trial_ends_on: dated.trial_ends_on,
        };
        quoted.contracts.iter().zip(&quoted.dated).map(one).collect()
    }
}

/// What is due when free days are over.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct QuoteTrialView {
    /// The first day that is charged.
    pub ends_on: NaiveDate,
    /// The lines of the invoice for it.
    pub lines: Vec<QuoteLineView>,
    /// Its sums.
    pub totals: DocumentTotalsView,
}

impl QuoteTrialView {
    /// Those of a result.
    pub fn all(quoted: &Quoted) -> Vec<Self> {
        let one = |trial: &Trial| Self {
            ends_on: trial.ends_on,
            lines: trial.priced.lines.iter().map(QuoteLineView::from).collect(),
            totals: DocumentTotalsView::from(&trial.priced.totals),
        };
        quoted.trials.iter().map(one).collect()
    }
}

/// What a cart costs, and a token that holds the seller to it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct QuoteView {
    /// Order with this.
    pub token: String,
    /// Until when the token is good.
    pub expires_at: Instant,
    /// Whether listed prices include taxes.
    pub prices: PriceBasis,
    /// The lines of the first invoice.
    pub lines: Vec<QuoteLineView>,
    /// Its taxes.
    pub taxes: Vec<DocumentTaxView>,
    /// Its sums: what is due today.
    pub totals: DocumentTotalsView,
    /// What is due when free days are over, the earliest first.
    pub trials: Vec<QuoteTrialView>,
    /// The coupon that is applied.
    pub coupon_id: Option<CouponId>,
    /// Why the buyer is taxed like that.
    pub tax_reason: TaxReason,
    /// The subscriptions that the order would make.
    pub contracts: Vec<QuoteContractView>,
}

impl QuoteView {
    /// The view of a result.
    pub fn new(quoted: &Quoted, token: String, expires_at: Instant) -> Self {
        Self {
            token,
            expires_at,
            prices: quoted.priced.prices,
            lines: quoted.priced.lines.iter().map(QuoteLineView::from).collect(),
            taxes: quoted.priced.taxes.iter().map(DocumentTaxView::from).collect(),
            totals: DocumentTotalsView::from(&quoted.priced.totals),
            trials: QuoteTrialView::all(quoted),
            coupon_id: quoted.coupon.as_ref().map(|coupon| coupon.id),
            tax_reason: quoted.tax_reason,
            contracts: QuoteContractView::all(quoted),
        }
    }
}

impl From<&PricedLine> for QuoteLineView {
    fn from(line: &PricedLine) -> Self {
        Self {
            kind: line.kind,
            description: text(&line.description),
            quantity: line.quantity,
            unit_price: line.unit_price,
            share: line.share,
            before_discount: line.before_discount,
            discount: line.discount,
            net: line.net,
            tax: line.tax,
            gross: line.gross,
        }
    }
}

impl From<&TaxAmount> for DocumentTaxView {
    fn from(tax: &TaxAmount) -> Self {
        Self { name: tax.name.clone(), rate: tax.rate, base: tax.base, amount: tax.amount, note: tax.note }
    }
}

impl From<&PricedTotals> for DocumentTotalsView {
    fn from(totals: &PricedTotals) -> Self {
        Self {
            before_discount: totals.before_discount,
            discount: totals.discount,
            net: totals.net,
            tax: totals.tax,
            gross: totals.gross,
        }
    }
}

/// The text of a description; a message of the catalogue is named by its key.
pub fn text(description: &Description) -> String {
    match description {
        Description::Text(text) => text.clone(),
        Description::Message { key, .. } => key.clone(),
    }
}
