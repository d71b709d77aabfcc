//! What roles look like.

use crate::kernel::Change;
use crate::kernel::call::Ctx;
use comptoir_db::roles::RoleRow;
use comptoir_domain::permissions::{Grants, Permission};
use comptoir_domain::{Check, Code, Instant, Problem, RoleId};

/// A role.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RoleView {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// Whether it allows everything, now and in future.
    pub full_access: bool,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(RoleList, RoleView);

impl From<RoleRow> for RoleView {
    fn from(row: RoleRow) -> Self {
        let permissions = if row.full_access { Permission::ALL.to_vec() } else { row.permissions.0 };
        Self { id: row.id, name: row.name, full_access: row.full_access, permissions, created_at: row.created_at }
    }
}

/// A new role.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Support", "permissions": ["clients:read"]}))]
pub struct RoleCreate {
    /// Its name.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
}

/// Changes of a role: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permissions": ["clients:read", "clients:write"]}))]
pub struct RolePatch {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 60)]
    pub name: Change<String>,
    /// What it allows.
    #[serde(default)]
    #[schema(value_type = Vec<Permission>, required = false)]
    pub permissions: Change<Vec<Permission>>,
}

/// What holds for every role; nobody hands out more than he has.
pub fn check(ctx: &Ctx, name: &str, permissions: &[Permission]) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/name", name, 1..=60);
    check.done()?;
    grantable(ctx, permissions)
}

/// Refuses permissions that the caller does not have.
pub fn grantable(ctx: &Ctx, permissions: &[Permission]) -> Result<(), Problem> {
    if ctx.grants.cover(&Grants::Some(permissions.iter().copied().collect())) {
        return Ok(());
    }
    Err(Problem::new(Code::Forbidden, "you cannot hand out permissions that you do not have").at(
        "/permissions",
        "beyond_own",
        "more than your own",
    ))
}

/// Sorted, each once.
pub fn tidy(mut permissions: Vec<Permission>) -> Vec<Permission> {
    permissions.sort();
    permissions.dedup();
    permissions
}
