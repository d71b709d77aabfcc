//! A client's place in a group: part of the client, which shows it, takes it and changes it under `group`.

use crate::kernel::call::Ctx;
use crate::kernel::{Change, Nullable};
use comptoir_db::client_groups::{self, ClientGroupRow, MemberRow, Membership};
use comptoir_db::{Db, Outcome};
use comptoir_domain::client_groups::{GroupTerms, check_discounts};
use comptoir_domain::permissions::Permission;
use comptoir_domain::{Check, ClientGroupId, ClientId, Percent};
use serde_json::json;

/// A client's place in a group.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClientGroupMemberView {
    /// The group.
    pub client_group_id: ClientGroupId,
    /// Its name.
    pub name: String,
    /// The client's own maximum in per cent; null follows the group.
    pub maximum_discount: Option<Percent>,
    /// The client's own guarantee in per cent; null follows the group.
    pub guaranteed_discount: Option<Percent>,
    /// Whether the client is exempt from suspension, whatever its group is; null follows the group.
    pub exempt_from_suspension: Option<bool>,
    /// What holds for the client in the end.
    pub terms: GroupTerms,
}

impl From<Membership> for ClientGroupMemberView {
    fn from(place: Membership) -> Self {
        Self {
            terms: place.terms(),
            client_group_id: place.group.id,
            name: place.group.name.clone(),
            maximum_discount: place.member.maximum_discount,
            guaranteed_discount: place.member.guaranteed_discount,
            exempt_from_suspension: place.member.exempt_from_suspension,
        }
    }
}

/// Where to put a new client.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientGroupMember {
    /// The group; the default one if absent.
    pub client_group_id: Option<ClientGroupId>,
    /// A maximum of its own, in per cent, 100 for no limit; the group's if absent.
    pub maximum_discount: Option<Percent>,
    /// A guarantee of its own, in per cent; the group's if absent.
    pub guaranteed_discount: Option<Percent>,
    /// Whether it is exempt from suspension; as the group has it if absent.
    pub exempt_from_suspension: Option<bool>,
}

impl ClientGroupMember {
    /// Notes what is wrong with it.
    pub fn check(&self, check: &mut Check) {
        check_discounts(check, "/group", self.maximum_discount, self.guaranteed_discount);
    }
}

/// Changes of a client's place in a group: absent parts stay, null follows the group.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientGroupMemberPatch {
    /// The group; what the client has of its own stays.
    #[serde(default)]
    #[schema(value_type = ClientGroupId, required = false)]
    pub client_group_id: Change<ClientGroupId>,
    /// A maximum of its own, in per cent, 100 for no limit.
    #[serde(default)]
    #[schema(value_type = Option<Percent>, required = false)]
    pub maximum_discount: Nullable<Percent>,
    /// A guarantee of its own, in per cent.
    #[serde(default)]
    #[schema(value_type = Option<Percent>, required = false)]
    pub guaranteed_discount: Nullable<Percent>,
    /// Whether it is exempt from suspension.
    #[serde(default)]
    #[schema(value_type = Option<bool>, required = false)]
    pub exempt_from_suspension: Nullable<bool>,
}

/// Puts a new client where it is wanted, or else into the default group.
pub fn join(tx: &mut Db, ctx: &Ctx, client: ClientId, wanted: Option<&ClientGroupMember>) -> Outcome<Membership> {
    if wanted.is_some() {
        ctx.require(Permission::WriteClientGroups)?;
    }
    let wanted = wanted.cloned().unwrap_or_default();
    let group = group(tx, ctx, wanted.client_group_id)?;
    let member = MemberRow {
        seller_id: ctx.scope.seller(),
        client_id: client,
        client_group_id: group.id,
        maximum_discount: wanted.maximum_discount,
        guaranteed_discount: wanted.guaranteed_discount,
        exempt_from_suspension: wanted.exempt_from_suspension,
    };
    client_groups::join(tx, &member)?;
    Ok(Membership { member, group: group.into() })
}

fn group(tx: &mut Db, ctx: &Ctx, id: Option<ClientGroupId>) -> Outcome<ClientGroupRow> {
    match id {
        Some(id) => client_groups::find(tx, ctx.scope, id),
        None => client_groups::default_group(tx, ctx.scope),
    }
}

/// Changes the place of a client that is locked.
pub fn change(tx: &mut Db, ctx: &Ctx, client: ClientId, patch: ClientGroupMemberPatch) -> Outcome<()> {
    ctx.require(Permission::WriteClientGroups)?;
    let mut member = client_groups::membership(tx, ctx.scope, client)?.member;
    if let Change::To(id) = patch.client_group_id {
        member.client_group_id = client_groups::find(tx, ctx.scope, id)?.id;
    }
    patch.maximum_discount.apply(&mut member.maximum_discount);
    patch.guaranteed_discount.apply(&mut member.guaranteed_discount);
    patch.exempt_from_suspension.apply(&mut member.exempt_from_suspension);
    let mut findings = Check::new();
    check_discounts(&mut findings, "/group", member.maximum_discount, member.guaranteed_discount);
    findings.done()?;
    client_groups::save_member(tx, &member)?;
    let facts = json!({
        "client_group_id": member.client_group_id, "maximum_discount": member.maximum_discount,
        "guaranteed_discount": member.guaranteed_discount, "exempt_from_suspension": member.exempt_from_suspension,
    });
    ctx.record(tx, "client.group_changed", client, facts)
}
