//! How clients and shoppers are taxed: what the decision of `domain` needs, read once for as many buyers as there are.

use crate::addresses::Addressed;
use crate::kernel::call::Ctx;
use crate::taxes::threshold::Standing;
use chrono::NaiveDate;
use comptoir_db::clients::ClientRow;
use comptoir_db::sellers::SellerRow;
use comptoir_db::taxes::vat_checks::{self, VatCheckRow};
use comptoir_db::{Db, Outcome, sellers, settings};
use comptoir_domain::Country;
use comptoir_domain::people::ClientKind;
use comptoir_domain::quotes::{PriceRequest, Priced, price};
use comptoir_domain::taxes::{
    Buyer, NumberFault, Oss, TaxReason, TaxSettings, ThresholdSide, Treatment, VatAnswer, VatOutcome, in_union,
    number_fault, treat,
};
use std::collections::HashMap;

/// What is known about the numbers of some buyers.
pub struct Answers {
    seller: Country,
    settings: TaxSettings,
    answers: HashMap<String, VatAnswer>,
    today: NaiveDate,
}

impl Answers {
    /// Reads it for some buyers.
    pub fn load<'a>(db: &mut Db, ctx: &Ctx, buyers: impl IntoIterator<Item = &'a Buyer>) -> Outcome<Self> {
        let (today, mut answers) = (ctx.today(), HashMap::new());
        let numbers = buyers.into_iter().filter_map(|buyer| buyer.number(today)).map(|number| number.to_string());
        let numbers: Vec<_> = numbers.collect();
        let seller = sellers::own(db, ctx.scope)?;
        if !numbers.is_empty() {
            for (number, row) in vat_checks::last(db, ctx.scope, &numbers, VatOutcome::ANSWERS)? {
                answers.insert(number, answer(&row, &seller));
            }
        }
        let settings = settings::read(db, ctx.scope)?.value.0.taxes;
        Ok(Self { seller: seller.country, settings, answers, today })
    }

    /// What a store that wants the VAT numbers of businesses has against one of them.
    pub fn number_fault(&self, kind: ClientKind, buyer: &Buyer) -> Option<NumberFault> {
        number_fault(kind, buyer, self.of(buyer), &self.settings, self.today)
    }

    /// Whether somebody has lately said something about its number.
    pub fn is_answered(&self, buyer: &Buyer) -> bool {
        self.of(buyer).is_some_and(|answer| self.settings.still_holds(&answer, self.today))
    }

    /// The last answer about its number.
    fn of(&self, buyer: &Buyer) -> Option<VatAnswer> {
        buyer.number(self.today).and_then(|number| self.answers.get(&number.to_string()).copied())
    }
}

/// What the taxes of some buyers depend on.
pub struct Taxation {
    /// What is known about their numbers.
    pub answers: Answers,
    /// For sellers who go by the threshold of the one-stop shop.
    threshold: Option<Standing>,
}

impl Taxation {
    /// Reads it for some buyers.
    pub fn load<'a>(db: &mut Db, ctx: &Ctx, buyers: impl IntoIterator<Item = &'a Buyer>) -> Outcome<Self> {
        let answers = Answers::load(db, ctx, buyers)?;
        let goes_by_it = answers.settings.oss == Oss::Home && in_union(answers.seller, answers.today);
        let threshold = if goes_by_it { Some(Standing::load(db, ctx)?) } else { None };
        Ok(Self { answers, threshold })
    }

    /// How one of them is taxed today.
    pub fn of(&self, buyer: &Buyer) -> Treatment {
        let Answers { seller, settings, today, .. } = &self.answers;
        let is_exceeded = self.threshold.as_ref().is_some_and(Standing::is_exceeded);
        treat(*seller, buyer, self.answers.of(buyer), settings, is_exceeded, *today)
    }

    /// Prices a sale to one of them, taxed as `of` says; but if this very sale exceeds the threshold, where the buyer is. What is
    /// priced here counts towards the threshold for what is priced after it.
    pub fn price(&self, buyer: &Buyer, request: &mut PriceRequest) -> Outcome<Priced> {
        let priced = price(request)?;
        let Some((threshold, sale)) = self.threshold.as_ref().zip(request.tax.private_sale) else { return Ok(priced) };
        let exceeds = threshold.count(priced.totals.net)?;
        if !exceeds || sale.threshold == Some(ThresholdSide::Above) {
            return Ok(priced);
        }
        let Treatment { place, private_sale, .. } = self.of(buyer);
        (request.tax.place, request.tax.private_sale) = (place, private_sale);
        Ok(price(request)?)
    }
}

fn answer(row: &VatCheckRow, seller: &SellerRow) -> VatAnswer {
    VatAnswer { outcome: row.outcome, on: row.checked_at.date_in(seller.time_zone) }
}

/// How some clients stand with taxes, for those who look at them.
pub struct TaxStanding {
    taxation: Taxation,
    last_checks: HashMap<String, VatCheckRow>,
}

impl TaxStanding {
    /// Reads it for some clients.
    pub fn load(db: &mut Db, ctx: &Ctx, clients: &[ClientRow]) -> Outcome<Self> {
        let buyers: Vec<_> = clients.iter().map(buyer_of).collect();
        let numbers: Vec<_> = clients.iter().map(|client| client.vat_number.clone()).collect();
        Ok(Self {
            taxation: Taxation::load(db, ctx, &buyers)?,
            last_checks: vat_checks::last(db, ctx.scope, &numbers, VatOutcome::ALL)?,
        })
    }

    /// Why a client is taxed as it is.
    pub fn reason(&self, client: &ClientRow) -> TaxReason {
        self.taxation.of(&buyer_of(client)).reason
    }

    /// The last check of its number, whatever came of it.
    pub fn last_check(&self, client: &ClientRow) -> Option<&VatCheckRow> {
        self.last_checks.get(&client.vat_number)
    }
}

/// A client, as far as taxes ask.
pub fn buyer_of(client: &ClientRow) -> Buyer {
    Buyer::new(client.address().place(), client.kind, &client.vat_number, !client.tax_exemption.is_empty())
}
