//! The hash chain.

use crate::paging::{Cursor, foreign_cursor};
use crate::schema::{chain_heads, chain_links, invoices};
use crate::{Db, DbBackend, Failure, Outcome, Page, Scope, Slice};
use comptoir_domain::invoices::chain::{Chain, Fact, Link};
use comptoir_domain::{Currency, Instant, Money, SellerId};
use diesel::prelude::*;

/// The last link of a chain; locked while links are added.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = chain_heads, treat_none_as_default_value = false, primary_key(seller_id, chain))]
pub struct ChainHeadRow {
    pub seller_id: SellerId,
    pub chain: Chain,
    pub seq: i64,
    pub hash: String,
}

/// A link.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = chain_links, treat_none_as_default_value = false)]
pub struct ChainLinkRow {
    pub seller_id: SellerId,
    pub chain: Chain,
    pub seq: i64,
    pub kind: String,
    pub number: String,
    pub happened_at: Instant,
    pub currency: Currency,
    pub net_minor: i64,
    pub tax_minor: i64,
    pub gross_minor: i64,
    pub frozen_hash: String,
    pub previous_hash: String,
    pub hash: String,
}

impl ChainLinkRow {
    /// The row of a link.
    pub fn new(seller_id: SellerId, link: Link) -> Outcome<Self> {
        let [net, tax, gross] =
            link.fact.amounts.ok_or_else(|| Failure::Corrupt("a link of documents has amounts".into()))?;
        Ok(Self {
            seller_id,
            chain: link.fact.chain,
            seq: i64::try_from(link.seq).map_err(|error| Failure::Corrupt(error.to_string()))?,
            kind: link.fact.kind,
            number: link.fact.number,
            happened_at: link.fact.at,
            currency: net.currency(),
            net_minor: net.minor(),
            tax_minor: tax.minor(),
            gross_minor: gross.minor(),
            frozen_hash: link.fact.sha256,
            previous_hash: link.previous,
            hash: link.hash,
        })
    }

    /// The link as it was hashed.
    pub fn link(&self) -> Link {
        let money = |minor| Money::from_minor(minor, self.currency);
        let fact = Fact {
            entity: self.seller_id.to_string(),
            chain: self.chain,
            kind: self.kind.clone(),
            number: self.number.clone(),
            at: self.happened_at,
            amounts: Some([money(self.net_minor), money(self.tax_minor), money(self.gross_minor)]),
            sha256: self.frozen_hash.clone(),
        };
        // a negative number never was a link; it shows as a missing one
        let seq = u64::try_from(self.seq).unwrap_or(0);
        Link { seq, fact, previous: self.previous_hash.clone(), hash: self.hash.clone() }
    }
}

/// Locks the head of a chain until the transaction ends, beginning the chain if there is none (number 0).
pub fn lock_head(db: &mut Db, scope: Scope, chain: Chain) -> Outcome<ChainHeadRow> {
    let first = ChainHeadRow { seller_id: scope.seller(), chain, seq: 0, hash: String::new() };
    on!(db, c => diesel::insert_into(chain_heads::table).values(&first).on_conflict_do_nothing().execute(c))?;
    Ok(lock_row!(db, chain_heads::table.find((scope.seller(), chain)), ChainHeadRow)?)
}

/// The head of a chain, if it was begun.
pub fn head(db: &mut Db, scope: Scope, chain: Chain) -> Outcome<Option<ChainHeadRow>> {
    let head = chain_heads::table.find((scope.seller(), chain));
    Ok(head.select(ChainHeadRow::as_select()).first(db).optional()?)
}

/// Writes back the head of a locked chain.
pub fn move_head(db: &mut Db, head: &ChainHeadRow) -> Outcome<()> {
    diesel::update(chain_heads::table.find((head.seller_id, head.chain))).set(head).execute(db)?;
    Ok(())
}

/// The link that a head stands on.
pub fn last_link(db: &mut Db, head: &ChainHeadRow) -> Outcome<Option<ChainLinkRow>> {
    let link = chain_links::table.find((head.seller_id, head.chain, head.seq));
    Ok(link.select(ChainLinkRow::as_select()).first(db).optional()?)
}

/// Adds links.
pub fn append_links(db: &mut Db, rows: &[ChainLinkRow]) -> Outcome<()> {
    insert_many!(db, chain_links::table, rows);
    Ok(())
}

/// The link of a document, by its number.
pub fn link_of(db: &mut Db, scope: Scope, chain: Chain, number: &str) -> Outcome<ChainLinkRow> {
    let link = chain_links::table
        .filter(chain_links::seller_id.eq(scope.seller()))
        .filter(chain_links::number.eq(number))
        .filter(chain_links::chain.eq(chain));
    Ok(link.select(ChainLinkRow::as_select()).first(db)?)
}

/// The links with some counts.
pub fn links_at(db: &mut Db, scope: Scope, chain: Chain, seqs: &[i64]) -> Outcome<Vec<ChainLinkRow>> {
    let found = chain_links::table
        .filter(chain_links::seller_id.eq(scope.seller()))
        .filter(chain_links::chain.eq(chain))
        .filter(chain_links::seq.eq_any(seqs.to_vec()));
    Ok(found.select(ChainLinkRow::as_select()).load(db)?)
}

/// One page of the links, by their counts; of one series of numbers or of all.
pub fn list_links(
    db: &mut Db,
    scope: Scope,
    chain: Chain,
    series: Option<&str>,
    page: &Page,
) -> Outcome<Slice<ChainLinkRow>> {
    let mut query = chain_links::table
        .filter(chain_links::seller_id.eq(scope.seller()))
        .filter(chain_links::chain.eq(chain))
        .into_boxed::<DbBackend>();
    if let Some(series) = series {
        let numbers = invoices::table
            .filter(invoices::seller_id.eq(scope.seller()))
            .filter(invoices::series.eq(series.to_string()))
            .select(invoices::number);
        query = query.filter(chain_links::number.nullable().eq_any(numbers));
    }
    if let Some(after) = &page.after {
        let seq: i64 = after.id.parse().map_err(|_| foreign_cursor())?;
        query = if page.descending {
            query.filter(chain_links::seq.lt(seq))
        } else {
            query.filter(chain_links::seq.gt(seq))
        };
    }
    query = if page.descending { query.order(chain_links::seq.desc()) } else { query.order(chain_links::seq.asc()) };
    let rows: Vec<ChainLinkRow> = query.select(ChainLinkRow::as_select()).limit(page.limit + 1).load(db)?;
    Ok(Slice::cut(rows, page, |row| Cursor { value: String::new(), id: row.seq.to_string() }))
}

/// The links after a number, a part at a time.
pub fn links(db: &mut Db, scope: Scope, chain: Chain, after: i64, limit: i64) -> Outcome<Vec<ChainLinkRow>> {
    let found = chain_links::table
        .filter(chain_links::seller_id.eq(scope.seller()))
        .filter(chain_links::chain.eq(chain))
        .filter(chain_links::seq.gt(after))
        .order(chain_links::seq)
        .limit(limit);
    Ok(found.select(ChainLinkRow::as_select()).load(db)?)
}
