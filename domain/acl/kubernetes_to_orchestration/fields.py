"""What becomes of every field of a pod, a Job, a CronJob and a node.

Source: Kubernetes API reference (PodSpec, JobSpec, CronJobSpec, NodeSpec), kubernetes.io, read 2026-11.
"""

from domain.acl.ci_to_orchestration.vocabulary import vocabulary

_CONTAINER = (
    "name image command args env envFrom ports volumeMounts volumeDevices livenessProbe readinessProbe startupProbe"
    " lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty"
    " workingDir resizePolicy"
)
_CLAIMS = "claims of devices: every node has them"
_TIMES = "how a CronJob repeats: its Job comes once, at the start"

FIELDS = vocabulary(
    translated={
        "pod": "containers initContainers overhead nodeSelector affinity tolerations topologySpreadConstraints priority"
        " priorityClassName activeDeadlineSeconds restartPolicy resources",
        "pod:containers": "resources",
        "pod:containers:resources": "requests limits",
        "pod:initContainers": "resources restartPolicy",
        "pod:resources": "requests limits",
        "pod:affinity": "nodeAffinity podAffinity podAntiAffinity",
        "pod:tolerations": "key operator value effect",
        "pod:topologySpreadConstraints": "maxSkew topologyKey whenUnsatisfiable labelSelector",
        "job": "template parallelism completions backoffLimit activeDeadlineSeconds suspend",
        "cron": "jobTemplate suspend",
        "node": "taints unschedulable",
    },
    not_modelled={
        "pod:nodeName": "the node that a pod is on already: it is placed anew",
        "pod:schedulerName": "another scheduler than the default one",
        "pod:preemptionPolicy": "preemptionPolicy: who may preempt is said under scheduling.preemption",
        "pod:resourceClaims": _CLAIMS,
        "pod:containers:resources:claims": _CLAIMS,
        "pod:initContainers:resources:claims": _CLAIMS,
        "pod:resources:claims": _CLAIMS,
        "pod:containers:restartPolicy": "a container's own restartPolicy: the pod fails or succeeds as a whole",
        "pod:containers:restartPolicyRules": "restartPolicyRules: the pod fails or succeeds as a whole",
        "pod:tolerations:tolerationSeconds": "tolerationSeconds: tolerated without end",
        "pod:topologySpreadConstraints:minDomains": "minDomains of a spread",
        "pod:topologySpreadConstraints:matchLabelKeys": "matchLabelKeys of a spread",
        "pod:topologySpreadConstraints:nodeAffinityPolicy": "nodeAffinityPolicy of a spread",
        "pod:topologySpreadConstraints:nodeTaintsPolicy": "nodeTaintsPolicy of a spread",
        "job:podFailurePolicy": "podFailurePolicy: every failure of a pod counts",
        "job:successPolicy": "successPolicy: all completions are wanted",
        "job:backoffLimitPerIndex": "backoffLimitPerIndex: backoffLimit counts",
        "job:maxFailedIndexes": "maxFailedIndexes: backoffLimit counts",
        "cron:schedule": _TIMES,
        "cron:timeZone": _TIMES,
        "cron:concurrencyPolicy": _TIMES,
        "cron:startingDeadlineSeconds": _TIMES,
    },
    no_effect={
        "pod": "volumes serviceAccountName serviceAccount automountServiceAccountToken securityContext"
        " imagePullSecrets hostname subdomain hostAliases dnsConfig dnsPolicy enableServiceLinks"
        " hostNetwork hostPID hostIPC hostUsers hostnameOverride os readinessGates runtimeClassName setHostnameAsFQDN"
        " shareProcessNamespace terminationGracePeriodSeconds ephemeralContainers schedulingGates",
        "pod:containers": _CONTAINER,
        "pod:initContainers": _CONTAINER,
        "job": "selector manualSelector ttlSecondsAfterFinished completionMode managedBy podReplacementPolicy",
        "cron": "successfulJobsHistoryLimit failedJobsHistoryLimit",
        "node": "podCIDR podCIDRs providerID externalID configSource",
    },
    default={"pod:schedulerName": "default-scheduler", "pod:preemptionPolicy": "PreemptLowerPriority"},
)
