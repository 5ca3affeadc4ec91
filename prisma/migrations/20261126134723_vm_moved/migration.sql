-- CreateIndex
CREATE INDEX "VirtualMachine_azureVmId_idx" ON "VirtualMachine"("azureVmId");
