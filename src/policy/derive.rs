//! From clauses to demands: what a clause tests, said in CEL.

use super::cel::{Demand, Target, above_floor, containers, list_of, optional, pod, quoted};
use crate::clause::{Clause, Literal, Scope, Test};
use crate::rule::{Check, Rule};

/// The demands of a rule that is made of clauses.
pub(super) fn demands(rule: &Rule, target: &Target) -> Vec<Demand> {
    let Check::Require(clauses) = rule.check else { return Vec::new() };
    clauses.iter().flat_map(|clause| of_clause(clause, target)).collect()
}

fn of_clause(clause: &Clause, target: &Target) -> Vec<Demand> {
    let (own, shared) = (optional("c", clause.path), optional("variables.pod", clause.path));
    let says = says(clause, target);
    let both = format!("({}) || (!{own}.hasValue() && {shared}.hasValue())", test(clause.test, &own));
    let demands = match clause.scope {
        Scope::Pod => vec![pod(test(clause.test, &shared), says)],
        Scope::EveryContainer if !clause.inherits => vec![containers(test(clause.test, &own), says)],
        Scope::EveryContainer => {
            let overridden = format!("variables.containers.all(c, {own}.hasValue())");
            let holds = format!("!{shared}.hasValue() || ({}) || {overridden}", test(clause.test, &shared));
            vec![pod(holds, says.clone()), containers(both, says)]
        }
        Scope::PodAndContainers => {
            let holds = format!("!{shared}.hasValue() || ({})", test(clause.test, &shared));
            vec![pod(holds, says.clone()), containers(both, says)]
        }
    };
    demands.into_iter().map(|demand| demand.unless(clause.unless, target).help(clause.help)).collect()
}

/// True where an optional value is as the test wants it.
fn test(test: Test, value: &str) -> String {
    match test {
        Test::Is(literal) => format!("{value} == optional.of({})", literal_in_cel(literal)),
        Test::IsNot(literal) => format!("{value} != optional.of({})", literal_in_cel(literal)),
        Test::OneOf(allowed) => format!("{value}.orValue('') in {}", list_of(allowed)),
        Test::NoneBut(allowed) => format!("!{value}.hasValue() || {value}.orValue('') in {}", list_of(allowed)),
        Test::Includes(wanted) => format!("{} in {value}.orValue([])", quoted(wanted)),
        Test::Only(allowed) => format!("{value}.orValue([]).all(x, x in {})", list_of(allowed)),
        Test::AboveFloor => format!("{value}.orValue(-1) == 0 || {value}.orValue(-1) > variables.floor"),
        Test::NotBelow(least) => format!("{value}.orValue({least}) >= {least}"),
    }
}

fn literal_in_cel(literal: Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Str(value) => quoted(value),
        Literal::Int(value) => value.to_string(),
    }
}

fn says(clause: &Clause, target: &Target) -> String {
    let literal = |literal| match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Str(value) => value.to_owned(),
        Literal::Int(value) => value.to_string(),
    };
    let path = clause.path;
    match clause.test {
        Test::Is(value) => format!("{path} must be {}", literal(value)),
        Test::IsNot(value) => format!("{path} must not be {}", literal(value)),
        Test::OneOf(allowed) => format!("{path} must be {}", allowed.join(" or ")),
        Test::NoneBut(allowed) => format!("{path} may be nothing but {}", allowed.join(" or ")),
        Test::Includes(wanted) => format!("{path} must include {wanted}"),
        Test::Only(allowed) => format!("{path} may list nothing but {}", allowed.join(", ")),
        Test::NotBelow(least) => format!("{path} must not be below {least}"),
        Test::AboveFloor => above_floor(path, target),
    }
}
