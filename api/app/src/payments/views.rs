//! What transactions look like.

use crate::bank::account::BankAccountCreate;
use crate::bank::views::MandateSign;
use crate::payments::terminal_payer::TerminalPayer;
use comptoir_db::payments::TransactionRow;
use comptoir_domain::payments::{Books, ManualMethod, TransactionKind, TransactionState};
use comptoir_domain::{
    ClientId, Country, Instant, InvoiceId, InvoiceLineId, Money, OrderId, PaymentMethodId, TransactionId,
};

/// A movement of money.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TransactionView {
    /// The transaction; also our reference at the gateway.
    pub id: TransactionId,
    /// To the seller or back.
    pub kind: TransactionKind,
    /// Where it stands.
    pub state: TransactionState,
    /// Whose money; null for someone who is no client and has paid at the terminal.
    pub client_id: Option<ClientId>,
    /// For which invoice.
    pub invoice_id: Option<InvoiceId>,
    /// For which order.
    pub order_id: Option<OrderId>,
    /// The payment that is given back.
    pub refunds_transaction_id: Option<TransactionId>,
    /// Where: `cash`, `cheque`, `transfer` or a gateway.
    pub gateway: String,
    /// The other side's reference: the gateway's id, the cheque's number.
    pub gateway_reference: Option<String>,
    /// How much.
    pub amount: Money,
    /// The stored method that the payment queue has charged, for the whole or its share.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Whether it is collected from a bank account, by a file that a bank gets.
    pub is_debit: bool,
    /// Where the bank of the card is, if the gateway says so.
    pub card_country: Option<Country>,
    /// The other side's code, if it said no.
    pub code: Option<String>,
    /// What the other side said, or what the client has to do.
    pub message: String,
    /// Where to send the client's browser, if it has to confirm.
    pub redirect_to: Option<String>,
    /// What it has to post there; nothing for a plain redirect.
    pub redirect_fields: Vec<RedirectField>,
    /// What becomes of it in the books.
    pub books: Books,
    /// Who has paid, as it was told at the terminal.
    pub payer: Option<TerminalPayer>,
    /// For people.
    pub comment: String,
    /// Since when.
    pub created_at: Instant,
    /// When it was decided.
    pub settled_at: Option<Instant>,
}

/// A field of the form that a browser posts to a gateway's page.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RedirectField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl From<(String, String)> for RedirectField {
    fn from((name, value): (String, String)) -> Self {
        Self { name, value }
    }
}

list_of!(TransactionList, TransactionView);

impl From<TransactionRow> for TransactionView {
    fn from(row: TransactionRow) -> Self {
        let detail = row.detail.0.clone();
        Self {
            amount: row.amount(),
            id: row.id,
            kind: row.kind,
            state: row.state,
            client_id: row.client_id,
            invoice_id: row.invoice_id,
            order_id: row.order_id,
            refunds_transaction_id: row.refunds_transaction_id,
            gateway: row.gateway,
            gateway_reference: row.gateway_reference,
            payment_method_id: row.payment_method_id,
            is_debit: row.is_debit,
            card_country: detail.card_country,
            code: detail.code,
            message: detail.message,
            redirect_to: detail.redirect_to,
            redirect_fields: redirect_fields(detail.redirect_fields),
            books: row.books,
            payer: row.payer.map(|payer| payer.0.into()),
            comment: row.comment,
            created_at: row.created_at,
            settled_at: row.settled_at,
        }
    }
}

/// The fields of such a form.
pub fn redirect_fields(fields: Vec<(String, String)>) -> Vec<RedirectField> {
    fields.into_iter().map(RedirectField::from).collect()
}

/// Money that was received by hand (INV-09).
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "cheque", "amount": {"amount": "20.00", "currency": "EUR"}, "reference": "0012345", "comment": "By post"}))]
pub struct PaymentCreate {
    /// How it came.
    pub method: ManualMethod,
    /// How much; all that is open if absent. What is too much becomes credit.
    pub amount: Option<Money>,
    /// Instead of an amount: for which lines of the invoice it is.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub lines: Vec<PaymentLineCreate>,
    /// The cheque's number, the bank's reference.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub reference: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub comment: String,
}

/// A line that is paid.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentLineCreate {
    /// The line.
    pub line_id: InvoiceLineId,
    /// So much of it, with tax; all that is open of it if absent.
    pub amount: Option<Money>,
}

/// A card as the client types it. It is passed on and never stored.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardCreate {
    /// Digits only.
    #[schema(pattern = "^[0-9]{12,19}$")]
    pub number: String,
    /// 1 to 12.
    pub expiry_month: u8,
    /// Four digits.
    pub expiry_year: u16,
    /// The digits on the back.
    #[schema(pattern = "^[0-9]{3,4}$")]
    pub code: String,
    /// The name on the card.
    #[schema(max_length = 120)]
    pub holder: String,
}

/// How to pay at a gateway: a stored method, a card, or else the gateway's own page, or neither for what is sent by hand.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"gateway": "fake", "card": {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Alice Martin"}}))]
pub struct PayCreate {
    /// Which gateway: `fake`, `cheque`, `transfer` or one that is set up; that of the stored method if there is one.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub gateway: String,
    /// A stored method of the client.
    pub payment_method_id: Option<PaymentMethodId>,
    /// A card typed into the store.
    pub card: Option<CardCreate>,
    /// What the gateway's own fields in the store have made of a card.
    #[schema(max_length = 500)]
    pub token: Option<String>,
    /// A bank account typed into the store, for a gateway that debits accounts. It is stored, sealed.
    pub account: Option<BankAccountCreate>,
    /// With an account that is debited under a mandate: its signature.
    pub mandate: Option<MandateSign>,
    /// Where the gateway's own page, or the bank's, sends the client afterwards.
    #[schema(max_length = 2000)]
    pub return_to: Option<String>,
    /// Whether to keep the card for what comes due later, where the gateway can.
    #[serde(default)]
    pub save: bool,
    /// Whether to reserve the money only: `POST /v1/transactions/{id}/capture` takes it, `…/void` releases it.
    #[serde(default)]
    pub authorise_only: bool,
}
