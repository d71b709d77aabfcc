//! What a shopper asked for, from checkout to delivery.

mod cart;
mod domain_name;
pub mod first_invoice;
mod names;
mod state;
pub mod trial;

pub use cart::{
    Cart, CartDomain, CartItem, Contract, ContractItem, Lasts, Offer, OfferedAddOn, OfferedPlan, OfferedPrice,
    charged_add_ons, charged_for, contracts,
};
pub use domain_name::{DomainName, InvalidDomainName};
pub use state::{OrderState, transition};

text_enum! {
    /// How an order comes to its domain name (ORD-01).
    pub enum DomainOption {
        /// A new name is registered.
        Register = "register",
        /// The name moves here from another registrar.
        Transfer = "transfer",
        /// The shopper has the name and keeps it where it is.
        UseOwn = "use_own",
    }
}

/// Notes at `pointer` an option that the store does not offer.
pub fn check_domain_option(check: &mut crate::Check, pointer: &str, option: DomainOption, offered: &[DomainOption]) {
    if !offered.contains(&option) {
        let offered: Vec<_> = offered.iter().map(|option| option.as_str()).collect();
        check.refuse(pointer, "not_offered", format!("this store offers: {}", offered.join(", ")));
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod option_tests {
    use super::*;

    #[test]
    fn a_store_chooses_its_domain_options() {
        let offered = [DomainOption::Register, DomainOption::UseOwn];
        let mut check = crate::Check::new();
        check_domain_option(&mut check, "/domain/option", DomainOption::UseOwn, &offered);
        check_domain_option(&mut check, "/domain/option", DomainOption::Transfer, &offered);
        let fields = check.done().unwrap_err().fields;
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].detail, "this store offers: register, use_own");
    }
}
