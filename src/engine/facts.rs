//! What rules over the whole input need to know, kept after the files are closed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::finding::{Draft, Finding, Fix, Remedy};
use crate::k8s::{NamespacePolicy, Object, ObjectRef, Pod, PodData};
use crate::rule::Safety;
use crate::source::{LineIndex, Region, Span};
use crate::yaml::{Change, Editor, Slot, Typed};

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// `metadata.name` of a RuntimeClass.
    RuntimeClass,
    /// `runtimeClassName` of a pod.
    RuntimeClassName,
    /// Where a pod leaves its token mounted: `automountServiceAccountToken`; the account's name belongs to it.
    TokenMount,
    /// `serviceAccountName` of a pod that runs as the default account and may have its token.
    DefaultAccount,
    /// `metadata.name` of a ServiceAccount that says `automountServiceAccountToken: false`; the namespace belongs to it.
    TokenlessAccount,
    /// The name of a ServiceAccount that a binding gives rights to; the namespace belongs to it.
    BoundAccount,
}

/// One thing that the input says, and where.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The file.
    pub path: Arc<str>,
    /// Where the value stands.
    pub region: Region,
    /// Whose value it is.
    pub object: Arc<ObjectRef>,
    /// The field's path.
    pub field: String,
    /// The value.
    pub value: String,
    /// What belongs to it, by kind.
    pub with: String,
    /// Whether a finding about it can be mended, and how safely.
    pub fixable: Option<Safety>,
    /// How: only where the settings ask for it.
    pub fix: Option<Box<Fix>>,
}

impl FactKind {
    /// Whether it says something to findings about other facts, of whichever file.
    fn is_told(self) -> bool {
        matches!(self, Self::RuntimeClass | Self::TokenlessAccount | Self::BoundAccount)
    }
}

/// The facts of the whole input.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Where these are the facts of a part: what the whole tells of other files.
    around: Option<Arc<Inputs>>,
    facts: BTreeMap<FactKind, Vec<Fact>>,
    /// The accounts among the facts, looked up when a rule first asks: fixes ask anew for every document.
    bound: OnceLock<Accounts>,
    tokenless: OnceLock<Accounts>,
    /// The Pod Security policy of every Namespace that has labels of it, by name.
    pub namespaces: BTreeMap<String, NamespacePolicy>,
}

impl Inputs {
    /// The facts of a kind, in the order of the input.
    pub fn of(&self, kind: FactKind) -> &[Fact] {
        match &self.around {
            Some(around) if kind.is_told() => around.of(kind),
            _ => self.facts.get(&kind).map_or(&[], Vec::as_slice),
        }
    }

    /// No facts yet, amid those of the whole input.
    pub(super) fn amid(around: &Arc<Inputs>) -> Self {
        Self { around: Some(Arc::clone(around)), ..Self::default() }
    }

    /// The accounts that a binding of the whole input gives rights to.
    pub fn bound_accounts(&self) -> &Accounts {
        let whole = self.whole();
        whole.bound.get_or_init(|| Accounts::of(whole.of(FactKind::BoundAccount)))
    }

    /// The accounts of the whole input that say that their pods get no token.
    pub fn tokenless_accounts(&self) -> &Accounts {
        let whole = self.whole();
        whole.tokenless.get_or_init(|| Accounts::of(whole.of(FactKind::TokenlessAccount)))
    }

    fn whole(&self) -> &Self {
        self.around.as_deref().unwrap_or(self)
    }

    /// What is added may name others.
    fn forget_accounts(&mut self) {
        (self.bound, self.tokenless) = (OnceLock::new(), OnceLock::new());
    }

    /// Whether there is any fact that a rule may speak of.
    pub(super) fn any(&self) -> bool {
        !self.facts.is_empty()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.forget_accounts();
        for (kind, mut facts) in other.facts {
            self.facts.entry(kind).or_default().append(&mut facts);
        }
        for (name, policy) in other.namespaces {
            self.namespaces.entry(name).or_insert(policy);
        }
    }

    pub(super) fn push(&mut self, kind: FactKind, fact: Fact) {
        self.forget_accounts();
        self.facts.entry(kind).or_default().push(fact);
    }
}

/// ServiceAccounts by name, by namespace (empty where it is not written), and by the directories that speak of them.
#[derive(Clone, Debug)]
pub struct Accounts(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Accounts {
    /// Those that facts name: the value is the name, what belongs to it the namespace.
    fn of(facts: &[Fact]) -> Self {
        let mut accounts: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for fact in facts {
            let namespaces = accounts.entry(fact.value.clone()).or_default();
            namespaces.entry(fact.with.clone()).or_default().insert(directory(&fact.path).to_owned());
        }
        Self(accounts)
    }

    /// Whether the account that a fact's object runs as is among them. Where either side leaves the namespace to whoever
    /// applies the manifests, an account is known by its name; one named `default` only within a directory, since every
    /// namespace has one.
    pub fn has(&self, account: &str, of: &Fact) -> bool {
        let Some(namespaces) = self.0.get(account) else { return false };
        let namespace = of.object.namespace.as_deref().unwrap_or_default();
        if account != "default" {
            return namespace.is_empty() || namespaces.contains_key(namespace) || namespaces.contains_key("");
        }
        let beside = |n: &str| namespaces.get(n).is_some_and(|dirs| dirs.contains(directory(&of.path)));
        match namespace {
            "" => beside("") || beside("default"),
            "default" => namespaces.contains_key("default") || beside(""),
            named => namespaces.contains_key(named),
        }
    }
}

fn directory(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |end| &path[..end])
}

/// A fact while its file is still at hand.
#[derive(Clone)]
pub(super) struct FactDraft {
    pub(super) kind: FactKind,
    span: Span,
    object: Arc<ObjectRef>,
    field: String,
    value: String,
    with: String,
    /// What mends a finding about it, which may need a look.
    remedy: Option<Remedy>,
}

impl FactDraft {
    fn new(kind: FactKind, slot: Slot<'_>, of: &Arc<ObjectRef>) -> Option<Self> {
        Some(Self::with(kind, slot, slot.as_str()?, "", of))
    }

    fn with(kind: FactKind, slot: Slot<'_>, value: &str, with: &str, of: &Arc<ObjectRef>) -> Self {
        let (value, with) = (value.to_owned(), with.to_owned());
        Self { kind, span: slot.span(), object: Arc::clone(of), field: slot.path(), value, with, remedy: None }
    }

    fn mended_by(mut self, change: Option<Change>) -> Self {
        self.remedy = change.map(|change| Remedy::of(vec![change]));
        self
    }

    /// Turns the change that mends it into edits while the tree is at hand.
    pub(super) fn settle(&mut self, editor: &Editor<'_, '_>) {
        if let Some(remedy) = &mut self.remedy
            && !remedy.settle(editor)
        {
            self.remedy = None;
        }
    }

    /// What a finding about it is as a draft, with the change that mends it.
    pub(super) fn draft(&self, finding: &Finding) -> Option<Draft> {
        let of_this = finding.field.as_deref() == Some(&*self.field);
        let same = of_this && finding.object.as_ref().is_some_and(|object| Arc::ptr_eq(object, &self.object));
        let remedy = self.remedy.clone().filter(|_| same && finding.fixable.is_some())?;
        Some(Draft::of(finding, Safety::Unsafe, remedy))
    }

    pub(super) fn finish(self, path: &Arc<str>, lines: &LineIndex<'_>) -> Fact {
        let region = lines.region(self.span);
        let Self { object, field, value, with, remedy, .. } = self;
        let fixable = remedy.as_ref().map(|_| Safety::Unsafe);
        let fix = remedy.filter(Remedy::is_settled).map(|remedy| Box::new(remedy.finish(Safety::Unsafe, lines)));
        Fact { path: Arc::clone(path), region, object, field, value, with, fixable, fix }
    }
}

/// The facts of one object.
pub(super) fn gather(object: Object<'_>, pods: &[PodData<'_>], of: &Arc<ObjectRef>, facts: &mut Vec<FactDraft>) {
    if object.kind() == "RuntimeClass" {
        facts.extend(FactDraft::new(FactKind::RuntimeClass, object.at("metadata.name"), of));
    }
    accounts(object, of, facts);
    for pod in pods {
        token(pod.view(), of, facts);
        facts.extend(FactDraft::new(FactKind::RuntimeClassName, pod.view().at("runtimeClassName"), of));
    }
}

/// What a ServiceAccount or a binding says about tokens.
fn accounts(object: Object<'_>, of: &Arc<ObjectRef>, facts: &mut Vec<FactDraft>) {
    let namespace = object.namespace().unwrap_or_default();
    match object.kind() {
        "ServiceAccount" if object.at("automountServiceAccountToken").as_bool() == Some(false) => {
            let name = object.at("metadata.name");
            facts.push(FactDraft::with(FactKind::TokenlessAccount, name, name.text(), namespace, of));
        }
        "RoleBinding" | "ClusterRoleBinding" => {
            let subjects = object.at("subjects").items();
            for subject in subjects.filter(|s| s.at("kind").as_str() == Some("ServiceAccount")) {
                let name = subject.at("name");
                let namespace = subject.at("namespace").as_str().unwrap_or(namespace);
                facts.push(FactDraft::with(FactKind::BoundAccount, name, name.text(), namespace, of));
            }
        }
        _ => {}
    }
}

/// What a pod says about its token, unless it says that it has none.
fn token(pod: Pod<'_>, of: &Arc<ObjectRef>, facts: &mut Vec<FactDraft>) {
    let mount = pod.at("automountServiceAccountToken");
    let state = match mount.bool() {
        Typed::Is(false) => return,
        Typed::Is(true) => "true",
        Typed::Absent => "",
        Typed::Wrong => "wrong",
        Typed::Unknown => "unknown",
    };
    let account = pod.service_account();
    let name = account.as_str().filter(|name| !name.is_empty()).unwrap_or("default");
    // The API server refuses a value of another type, and a rule of its own says so.
    let change = if matches!(state, "wrong" | "unknown") { None } else { mount.set(false) };
    facts.push(FactDraft::with(FactKind::TokenMount, mount, state, name, of).mended_by(change.clone()));
    if name == "default" && !account.is_unknown() {
        facts.push(FactDraft::with(FactKind::DefaultAccount, account, name, state, of).mended_by(change));
    }
}
