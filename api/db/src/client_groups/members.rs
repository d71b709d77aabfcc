//! Who is in which group, and what each member has otherwise than its group.

use super::ClientGroupRow;
use crate::schema::{client_group_members, client_groups};
use crate::{Db, Failure, Outcome, Scope};
use comptoir_domain::client_groups::{GroupTerms, OwnTerms};
use comptoir_domain::coupons::GroupDiscount;
use comptoir_domain::dunning::DunningPolicy;
use comptoir_domain::{ClientGroupId, ClientId, Percent, SellerId};
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The place of a client in a group. It is part of the client: whoever changes it has locked the client.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = client_group_members, primary_key(seller_id, client_id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MemberRow {
    pub seller_id: SellerId,
    pub client_id: ClientId,
    pub client_group_id: ClientGroupId,
    pub maximum_discount: Option<Percent>,
    pub guaranteed_discount: Option<Percent>,
    pub exempt_from_suspension: Option<bool>,
}

/// A member and its group.
#[derive(Clone, Debug)]
pub struct Membership {
    pub member: MemberRow,
    /// Shared by its members: a billing run asks for many at once.
    pub group: Arc<ClientGroupRow>,
}

impl Membership {
    /// What the member gets.
    pub fn terms(&self) -> GroupTerms {
        self.group.terms().with(OwnTerms {
            maximum_discount: self.member.maximum_discount,
            guaranteed_discount: self.member.guaranteed_discount,
            exempt_from_suspension: self.member.exempt_from_suspension,
        })
    }

    /// What is taken off for the member.
    pub fn discount(&self) -> GroupDiscount {
        self.terms().discount()
    }

    /// What is done about its unpaid invoices: as its group has it, or else its seller.
    pub fn dunning<'a>(&'a self, sellers: &'a DunningPolicy) -> &'a DunningPolicy {
        self.group.dunning.as_ref().map_or(sellers, |own| &own.0)
    }
}

/// Puts a new client into a group.
pub fn join(db: &mut Db, row: &MemberRow) -> Outcome<()> {
    diesel::insert_into(client_group_members::table).values(row).execute(db)?;
    Ok(())
}

/// Writes a member back.
pub fn save_member(db: &mut Db, row: &MemberRow) -> Outcome<()> {
    let target = client_group_members::table.find((row.seller_id, row.client_id));
    diesel::update(target).set(row).execute(db)?;
    Ok(())
}

/// The places of some clients.
pub fn members(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<HashMap<ClientId, Membership>> {
    let found = client_group_members::table
        .filter(client_group_members::seller_id.eq(scope.seller()))
        .filter(client_group_members::client_id.eq_any(clients.to_vec()));
    let rows: Vec<MemberRow> = found.select(MemberRow::as_select()).load(db)?;
    let wanted = BTreeSet::from_iter(rows.iter().map(|row| row.client_group_id));
    let groups = client_groups::table
        .filter(client_groups::seller_id.eq(scope.seller()))
        .filter(client_groups::id.eq_any(wanted));
    let groups: Vec<ClientGroupRow> = groups.select(ClientGroupRow::as_select()).load(db)?;
    let groups: HashMap<_, _> = groups.into_iter().map(|group| (group.id, Arc::new(group))).collect();
    let place = |member: MemberRow| {
        let group = Arc::clone(groups.get(&member.client_group_id)?);
        Some((member.client_id, Membership { member, group }))
    };
    Ok(rows.into_iter().filter_map(place).collect())
}

/// The place of a client.
pub fn membership(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Membership> {
    let found = members(db, scope, &[client])?.remove(&client);
    found.ok_or_else(|| Failure::Corrupt(format!("{client} is in no group")))
}
