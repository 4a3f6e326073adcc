//! What Kubernetes adds to CEL and the `cel` crate does not have: quantities, and finding by a regular expression.

use std::any::Any;

use cel::common::types::{CelBool, CelInt, CelList, CelString, Type};
use cel::common::value::{StaticVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use plimsoll::k8s::Quantity;
use regex::Regex;

/// A quantity as a value of CEL.
#[derive(Clone, Debug)]
struct Amount(Quantity);

static QUANTITY: Type = Type::new_unspecified_type("kubernetes.Quantity");

impl Val for Amount {
    fn get_type(&self) -> &Type {
        &QUANTITY
    }

    fn cel_type() -> &'static Type {
        &QUANTITY
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>().is_some_and(|other| other.0 == self.0)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Amount {}

fn quantity(text: &CelString<'_>) -> Result<Amount, ExecutionError> {
    Quantity::parse(text.inner())
        .map(Amount)
        .map_err(|error| ExecutionError::function_error("quantity", format!("{error:?}")))
}

fn compare_to(this: &Amount, other: &Amount) -> CelInt {
    CelInt::from(this.0.cmp(&other.0) as i64)
}

/// Whether it is a whole number that 64 bits hold.
fn is_integer(this: &Amount) -> CelBool {
    let bound = |number: i64| Quantity::parse(&number.to_string()).unwrap();
    CelBool::from(this.0.is_whole() && this.0 <= bound(i64::MAX) && this.0 >= bound(i64::MIN))
}

fn compiled(text: &CelString<'_>) -> Result<Regex, ExecutionError> {
    Regex::new(text.inner()).map_err(|error| ExecutionError::function_error("find", error.to_string()))
}

fn find(this: &CelString<'_>, pattern: &CelString<'_>) -> Result<CelString<'static>, ExecutionError> {
    let found = compiled(pattern)?.find(this.inner()).map(|found| found.as_str().to_owned());
    Ok(CelString::from(found.unwrap_or_default()))
}

fn find_all(this: &CelString<'_>, pattern: &CelString<'_>) -> Result<CelList<'static>, ExecutionError> {
    let pattern = compiled(pattern)?;
    let found = pattern.find_iter(this.inner()).map(|found| CelString::from(found.as_str().to_owned()));
    Ok(found.map(|found| Box::new(found) as Box<dyn Val>).collect::<Vec<_>>().into())
}

/// Adds the functions under Kubernetes' names.
pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    cel::add_overload!(env, fn quantity: (CelString) -> Result<Amount>)?;
    cel::add_member_overload!(env, fn compare_to: (Amount, Amount) -> CelInt)?;
    cel::add_member_overload!(env, fn is_integer: (Amount) -> CelBool)?;
    cel::add_member_overload!(env, fn find: (CelString, CelString) -> Result<CelString>)?;
    cel::add_member_overload!(env, fn find_all: (CelString, CelString) -> Result<CelList>)?;
    Ok(())
}
