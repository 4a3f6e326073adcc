// What no Go type says, decided by hand with Kubernetes' validation and release notes as the source.

package main

// special holds the types that decode themselves, with what they take.
var special = map[string]string{
	"api/resource.Quantity": "quantity", "util/intstr.IntOrString": "int|string",
	"meta.Time": "time", "meta.MicroTime": "microtime", "meta.Duration": "duration", "meta.FieldsV1": "any",
	"pkg/runtime.RawExtension": "any", "pkg/runtime.Object": "any", "pkg/runtime.Unknown": "any",
	"apiextensions/v1.JSON": "any", "apiextensions/v1beta1.JSON": "any",
	"apiextensions/v1.JSONSchemaPropsOrBool":             "apiextensions/v1.JSONSchemaProps|bool",
	"apiextensions/v1.JSONSchemaPropsOrArray":            "apiextensions/v1.JSONSchemaProps|list",
	"apiextensions/v1.JSONSchemaPropsOrStringArray":      "apiextensions/v1.JSONSchemaProps|strings",
	"apiextensions/v1beta1.JSONSchemaPropsOrBool":        "apiextensions/v1beta1.JSONSchemaProps|bool",
	"apiextensions/v1beta1.JSONSchemaPropsOrArray":       "apiextensions/v1beta1.JSONSchemaProps|list",
	"apiextensions/v1beta1.JSONSchemaPropsOrStringArray": "apiextensions/v1beta1.JSONSchemaProps|strings",
}

// extraKinds are registered by the machinery, not by a group's register.go.
var extraKinds = map[string]string{
	"v1 List": "meta.List", "v1 Status": "meta.Status", "v1 DeleteOptions": "meta.DeleteOptions",
}

// closed holds enums that validation closes though the Go type has no +enum, by name in any version.
var closed = set("AllocationMode", "ConcurrencyPolicy", "ContainerRestartPolicy", "ContainerRestartRuleAction",
	"ContainerRestartRuleOnExitCodesOperator", "ConversionStrategyType", "DaemonSetUpdateStrategyType",
	"DeploymentStrategyType", "DeviceAllocationMode", "FSGroupPolicy", "FailurePolicyType",
	"FlowDistinguisherMethodType", "HPAScalingPolicyType", "LabelSelectorOperator", "LimitResponseType",
	"LoadBalancerIPMode", "MatchPolicyType", "MetricSourceType", "MetricTargetType", "OSName", "OperationType",
	"ParameterNotFoundActionType", "PathType", "PersistentVolumeClaimRetentionPolicyType", "PodManagementPolicyType",
	"PodSELinuxChangePolicy", "PolicyType", "PriorityLevelEnablement", "RecursiveReadOnlyMode",
	"ReinvocationPolicyType", "ResourceResizeRestartPolicy", "ResourceScope", "ScalingPolicySelect", "ScopeType",
	"SideEffectClass", "StatefulSetUpdateStrategyType", "SubjectKind", "VolumeBindingMode", "VolumeLifecycleMode")

// enumValues holds the values of enums whose constants are made from other constants.
var enumValues = map[string][]string{
	"AddressType": {"FQDN", "IPv4", "IPv6"},
}

// fieldEnums holds fields of the plain type string that validation closes.
var fieldEnums = map[string][]string{
	"rbac/v1.RoleRef.kind":                                      {"ClusterRole", "Role"},
	"rbac/v1beta1.RoleRef.kind":                                 {"ClusterRole", "Role"},
	"rbac/v1.Subject.kind":                                      {"Group", "ServiceAccount", "User"},
	"rbac/v1beta1.Subject.kind":                                 {"Group", "ServiceAccount", "User"},
	"apiextensions/v1.CustomResourceColumnDefinition.type":      {"boolean", "date", "integer", "number", "string"},
	"apiextensions/v1beta1.CustomResourceColumnDefinition.type": {"boolean", "date", "integer", "number", "string"},
}

// notRequired holds what the Go types mark as required and the API server takes without, or writes itself:
// a struct or one of its fields, in any version.
var notRequired = set("AttachedVolume", "APIGroup", "APIResource", "AdmissionRequest", "AdmissionResponse",
	"CSIDriver.spec", "CSINodeSpec.drivers", "ContainerStateTerminated", "ConversionRequest", "ConversionResponse",
	"Counter.value", "DaemonEndpoint", "DeviceCapacity.value", "Event", "EventSeries", "GroupVersionForDiscovery",
	"HTTPHeader.value", "HostIP", "ISCSIPersistentVolumeSource.lun", "ISCSIVolumeSource.lun", "LimitRangeSpec.limits",
	"LinuxContainerUser", "NodeAddress", "NodeSystemInfo", "NonResourceRule", "PodExecOptions", "PodFailurePolicy.rules",
	"PodIP", "PodVolumeHealth", "PreferredSchedulingTerm.preference", "PriorityClass.value", "RangeAllocation",
	"ResourceHealth", "ResourcePool.generation", "ResourceRule", "ServerAddressByClientCIDR", "ShardInfo", "StorageVersion",
	"SleepAction.seconds", "Sysctl.value", "Table", "TableColumnDefinition", "TableRow", "TokenRequest.audience")

// alsoRequired holds pointers that validation refuses when they are nil.
var alsoRequired = set("networking/v1.HTTPIngressPath.pathType", "admissionregistration/v1.MutatingWebhook.sideEffects",
	"admissionregistration/v1.ValidatingWebhook.sideEffects")

// sinceByHand holds group/versions older than the lifecycle markers.
var sinceByHand = map[string]int{
	"auditregistration.k8s.io/v1alpha1": 13, "batch/v2alpha1": 5, "imagepolicy.k8s.io/v1alpha1": 4,
	"meta.k8s.io/v1": 15, "node.k8s.io/v1alpha1": 14, "rbac.authorization.k8s.io/v1alpha1": 3,
	"scheduling.k8s.io/v1alpha1": 8, "settings.k8s.io/v1alpha1": 6,
}

// notKinds were registered once and never served.
var notKinds = set("ReplicationControllerDummy", "EphemeralContainers")

// goneKinds were removed without a date in the modules: group/version, kind, minor, group/version instead.
// The release notes of each minor say so, under "API Change", "Deprecations" or "Removals".
var goneKinds = []string{
	"admissionregistration.k8s.io/v1alpha1 ExternalAdmissionHookConfiguration 9 admissionregistration.k8s.io/v1",
	"admissionregistration.k8s.io/v1alpha1 InitializerConfiguration 14",
	"apps/v1alpha1 PetSet 5 apps/v1 StatefulSet",
	"auditregistration.k8s.io/v1alpha1 AuditSink 19",
	"auditregistration.k8s.io/v1alpha1 AuditSinkList 19",
	"batch/v2alpha1 CronJob 21 batch/v1",
	"batch/v2alpha1 CronJobList 21 batch/v1",
	"batch/v2alpha1 ScheduledJob 8 batch/v1 CronJob",
	"extensions/v1beta1 HorizontalPodAutoscaler 6 autoscaling/v2",
	"extensions/v1beta1 Job 6 batch/v1",
	"extensions/v1beta1 ThirdPartyResource 8 apiextensions.k8s.io/v1 CustomResourceDefinition",
	"node.k8s.io/v1alpha1 RuntimeClass 24 node.k8s.io/v1",
	"node.k8s.io/v1alpha1 RuntimeClassList 24 node.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 ClusterRole 23 rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 ClusterRoleBinding 23 rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 ClusterRoleBindingList 23 rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 ClusterRoleList 23 rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 Role 23 rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 RoleBinding 23 rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 RoleBindingList 23 rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1alpha1 RoleList 23 rbac.authorization.k8s.io/v1",
	"scheduling.k8s.io/v1alpha1 PriorityClass 23 scheduling.k8s.io/v1",
	"scheduling.k8s.io/v1alpha1 PriorityClassList 23 scheduling.k8s.io/v1",
	"settings.k8s.io/v1alpha1 PodPreset 20",
	"settings.k8s.io/v1alpha1 PodPresetList 20",
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
