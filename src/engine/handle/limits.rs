//! What a query may ask for; out of range is refused, never clamped.

use crate::protocol::Fault;

/// The limit of a list: 1–200.
pub(super) fn page(limit: u32) -> Result<(), Fault> {
    within("limit", limit, 1, 200)
}

/// A value from `least` to `most`.
pub(super) fn within(field: &str, value: u32, least: u32, most: u32) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Fault::invalid_field(field, format!("{value} is out of range; {least} to {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_range_is_refused_with_the_range() {
        assert!(page(1).is_ok() && page(200).is_ok());
        for limit in [0, 201, u32::MAX] {
            let fault = page(limit).unwrap_err();
            assert_eq!(fault.kind.status(), 422);
            assert!(fault.detail.contains("1 to 200"), "{fault}");
        }
    }
}
