import FedRLCommand

FedRL.main(registry: .standard)
