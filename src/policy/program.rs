//! What a policy evaluates, whichever engine does.

use super::cel::{self, Demand, Of, Target, Variable};
use super::exception::{self, Exception};
use super::message;
use crate::rule::Rule;

/// One validation of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// True where the request is allowed.
    pub expression: String,
    /// What the refused are told.
    pub message: String,
    /// The same with the names of the containers.
    pub message_expression: Option<String>,
}

/// What a policy evaluates, whichever engine does: variables in order, then every validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The variables.
    pub variables: Vec<Variable>,
    /// The validations; one that is false refuses.
    pub validations: Vec<Validation>,
}

impl Program {
    /// The program of a rule's demands, but for what is excepted.
    pub fn new(rule: &Rule, demands: Vec<Demand>, exceptions: &[Exception], target: &Target) -> Self {
        let (demands, excepted) = exception::apply(exceptions, rule, demands);
        let several = demands.iter().filter(|d| d.of != Of::Pod).count() > 1;
        let (mut failing, mut validations) = (Vec::new(), Vec::new());
        for demand in &demands {
            let list = demand.of.list();
            let name = if several { format!("failing{}", failing.len() + 1) } else { "failing".to_owned() };
            if let Some(list) = list {
                let item = demand.of.item();
                let expression = format!("variables.{list}.filter({item}, !({}))", demand.holds);
                failing.push(Variable { name: name.clone(), expression, why: None });
            }
            let none_fails = || demand.or_exempt(&format!("variables.{name}.size() == 0"));
            validations.push(Validation {
                expression: if list.is_some() { none_fails() } else { demand.expression() },
                message: message::plain(rule, demand),
                message_expression: list.map(|_| message::expression(rule, demand, &name)),
            });
        }
        let failing: Vec<_> = excepted.into_iter().chain(failing).collect();
        let texts = failing.iter().map(|v| v.expression.as_str());
        let texts = texts.chain(validations.iter().map(|v| v.expression.as_str()));
        let texts = texts.chain(validations.iter().filter_map(|v| v.message_expression.as_deref()));
        let mut variables = cel::variables(&texts.collect::<Vec<_>>(), target);
        variables.extend(failing);
        Self { variables, validations }
    }

    /// Whether an expression asks for this variable.
    pub fn asks(&self, name: &str) -> bool {
        self.variables.iter().any(|v| v.name == name)
    }
}
