-- CreateTable
CREATE TABLE "Attention" (
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "vmId" UUID,
    "notice" JSONB NOT NULL,
    "message" TEXT NOT NULL,
    "error" JSONB,
    "raisedAt" TIMESTAMPTZ(3) NOT NULL,
    "changedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Attention_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "Attention_raisedAt_idx" ON "Attention"("raisedAt");

-- CreateIndex
CREATE INDEX "Attention_vmId_idx" ON "Attention"("vmId");
