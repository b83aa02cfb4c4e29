import FedRLCore
